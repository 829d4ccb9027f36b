import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';

/** A network between a client and a server that loses connections when it is told to. */
export interface TcpProxy {
  readonly port: number;
  /** Loses the connection of the next request that contains the text, before the server gets the request. */
  loseRequest(text: string, meanwhile?: () => Promise<void>): void;
  /** Loses the connection of the next request that contains the text, when the server has answered. */
  loseAnswer(text: string): void;
  /** Keeps the answer to the next request that contains the text; the connection stays, and nothing passes on it any more. */
  swallowAnswer(text: string): void;
  /** From now on nothing passes on the connections that are there; those that are made later are as before. */
  swallowConnections(): void;
  /** From now on, and until told otherwise, nothing passes at all; new connections are taken, and stay silent. */
  setSilent(isSilent: boolean): void;
  /** How many connections were lost so far. */
  readonly lost: number;
  close(): Promise<void>;
}

export async function tcpProxy(host: string, port: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let lost = 0;
  let isSilent = false;
  let trap: { text: string; on: 'request' | 'answer' | 'silence'; meanwhile: () => Promise<void> } | undefined;
  const swallowers = new Set<() => void>();

  const server = createServer((client) => {
    const upstream = connect(port, host);
    let isLosing = false;
    let isSwallowing = false;
    const swallow = () => {
      isSwallowing = true;
    };
    swallowers.add(swallow);
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
        swallowers.delete(swallow);
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
        if (on === 'silence') {
          upstream.write(data);
          swallow();
          return;
        }
        isLosing = true;
      }
      if (!isSilent && !isSwallowing) upstream.write(data);
    });
    upstream.on('data', (data) => {
      if (isLosing) lose();
      else if (!isSilent && !isSwallowing) client.write(data);
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
    swallowAnswer(text) {
      trap = { text, on: 'silence', meanwhile: async () => undefined };
    },
    swallowConnections() {
      for (const swallow of swallowers) swallow();
    },
    setSilent(silent) {
      isSilent = silent;
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
