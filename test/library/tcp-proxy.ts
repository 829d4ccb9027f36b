import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A network between a client and a server that loses connections when it is told to. */
export interface TcpProxy {
  readonly port: number;
  /** Loses the connection of the next request that contains the text, before the server gets the request. */
  loseRequest(text: string, meanwhile?: () => Promise<void>): void;
  /** Loses the connection of the next request that contains the text, when the server has answered. */
  loseAnswer(text: string): void;
  /** How many connections were lost so far. */
  readonly lost: number;
  close(): Promise<void>;
}

export async function tcpProxy(host: string, port: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let lost = 0;
  let trap: { text: string; on: 'request' | 'answer'; meanwhile: () => Promise<void> } | undefined;

  const server = createServer((client) => {
    const upstream = connect(port, host);
    let isLosing = false;
    const lose = () => {
      lost += 1;
      client.destroy();
      upstream.destroy();
    };
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      // Connections are lost here on purpose; the other side is told below.
      socket.on('error', () => undefined);
      socket.on('close', () => {
        sockets.delete(socket);
        client.destroy();
        upstream.destroy();
      });
    }
    client.on('data', (data) => {
      if (trap !== undefined && data.includes(trap.text)) {
        const { on, meanwhile } = trap;
        trap = undefined;
        if (on === 'request') {
          void meanwhile().finally(lose);
          return;
        }
        isLosing = true;
      }
      upstream.write(data);
    });
    upstream.on('data', (data) => {
      if (isLosing) lose();
      else client.write(data);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The proxy has no port.');

  return {
    port: address.port,
    loseRequest(text, meanwhile = async () => undefined) {
      trap = { text, on: 'request', meanwhile };
    },
    loseAnswer(text) {
      trap = { text, on: 'answer', meanwhile: async () => undefined };
    },
    get lost() {
      return lost;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
