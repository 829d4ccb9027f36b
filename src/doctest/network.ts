import { Socket as Datagrams } from 'node:dgram';
import { Socket } from 'node:net';
import { refusedGlobals } from '../probe/refused-globals.ts';

/** What a program was told of a server that it tried to reach. */
interface Target {
  readonly host?: unknown;
  readonly port?: unknown;
  readonly path?: unknown;
}

/**
 * Takes the network away, as the browser does it: what opens connections says in the same words that there is none, and
 * packages that open a socket find it closed.
 *
 * @param reachable the one server that stays within reach, by the URL of a database on it
 * @returns how to give the network back
 */
export function closeNetwork(reachable: string | undefined): () => void {
  const globals = replaceGlobals();
  const { connect } = Socket.prototype;
  const { send, connect: associate } = Datagrams.prototype;
  Object.assign(Socket.prototype, {
    connect(this: Socket, ...args: unknown[]): unknown {
      const target = targetOf(args);
      if (!isReachable(target, reachable)) throw refusal(target);
      return Reflect.apply(connect, this, args);
    },
  });
  const refuse = () => {
    throw refusal({});
  };
  Object.assign(Datagrams.prototype, { send: refuse, connect: refuse });
  return () => {
    Object.assign(Socket.prototype, { connect });
    Object.assign(Datagrams.prototype, { send, connect: associate });
    globals();
  };
}

/** The globals that the browser's programs find in place of the network. */
function replaceGlobals(): () => void {
  const refused = [...refusedGlobals(globalThis)].filter(([name]) => name in globalThis);
  const before = refused.map(([name]) => [name, Object.getOwnPropertyDescriptor(globalThis, name)] as const);
  for (const [name, value] of refused) {
    Object.defineProperty(globalThis, name, { value, configurable: true, writable: true, enumerable: false });
  }
  return () => {
    for (const [name, descriptor] of before) {
      if (descriptor) Object.defineProperty(globalThis, name, descriptor);
      else Reflect.deleteProperty(globalThis, name);
    }
  };
}

/** `connect(port, host)`, `connect(path)`, `connect({ … })`, and the list that Node makes of one of these for itself. */
function targetOf(args: readonly unknown[]): Target {
  const [first, second] = args;
  if (Array.isArray(first)) return targetOf(first);
  if (typeof first === 'object' && first !== null) return { ...first };
  return typeof first === 'string' && Number.isNaN(Number(first)) ? { path: first } : { port: first, host: second };
}

function isReachable({ host, port, path }: Target, reachable: string | undefined): boolean {
  if (reachable === undefined) return false;
  if (typeof path === 'string') return true;
  const url = new URL(reachable);
  return String(port) === (url.port || '5432') && (host ?? 'localhost') === url.hostname;
}

function refusal({ host, port, path }: Target): Error {
  const where = path ?? (port === undefined ? 'another machine' : `${host ?? 'localhost'}:${port}`);
  return new Error(`A live snippet runs without a network: it cannot connect to ${where}. \`node="why"\` lets it.`);
}
