/**
 * What live code finds in place of the network and of the browser's storage, in the browser and in the doc tests.
 */

const NETWORK = 'Code on this page runs without a network';
const STORAGE = 'Code on this page runs without the storage of the browser';

const REFUSED: Readonly<Record<string, string>> = {
  XMLHttpRequest: NETWORK,
  WebSocket: NETWORK,
  WebSocketStream: NETWORK,
  WebTransport: NETWORK,
  EventSource: NETWORK,
  importScripts: NETWORK,
  BroadcastChannel: 'Code on this page runs apart from every other page',
};

/** What stands in the place of the network and of the browser's storage, by name: each says that it is not there. */
export function refusedGlobals(scope: object): ReadonlyMap<string, unknown> {
  const found = new Map<string, unknown>([
    ['fetch', () => Promise.reject(refusal('fetch', NETWORK))],
    ['indexedDB', refusedDatabases()],
  ]);
  for (const [name, reason] of Object.entries(REFUSED)) {
    if (!(name in scope)) continue;
    found.set(name, function refuse() {
      throw refusal(name, reason);
    });
  }
  return found;
}

function refusedDatabases(): object {
  const refuse = () => {
    throw refusal('indexedDB', STORAGE);
  };
  return { open: refuse, deleteDatabase: refuse, databases: refuse };
}

function refusal(name: string, reason: string): Error {
  return new Error(`${reason}: ${name} does not work here.`);
}
