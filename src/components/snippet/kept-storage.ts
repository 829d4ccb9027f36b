/** The browser's database for what snippets keep. Everything here rejects where there is none, or where it has no room. */
export interface KeptStorage {
  has(key: string): Promise<boolean>;
  /** What is there, unchecked: any script of this origin could have put it there. */
  get(key: string): Promise<unknown>;
  /** In one step: another tab finds all of it or nothing. */
  set(key: string, value: unknown): Promise<void>;
  remove(key: string): Promise<void>;
}

const DATABASE = 'workbook';
const STORE = 'kept';
/** Some browsers neither open a database nor say that they won't; the snippet runs without it then. */
const OPEN_TIMEOUT_MS = 3_000;

export function browserKeptStorage(): KeptStorage {
  let opened: Promise<IDBDatabase> | undefined;

  const work = async <T>(mode: IDBTransactionMode, ask: (store: IDBObjectStore) => IDBRequest<T>): Promise<T> => {
    // A browser that has refused goes on refusing for this visit.
    opened ??= open(() => {
      opened = undefined;
    });
    const transaction = (await opened).transaction(STORE, mode);
    const request = ask(transaction.objectStore(STORE));
    return new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(request.result);
      transaction.onabort = () => reject(transaction.error ?? request.error);
    });
  };
  return {
    has: async (key) => (await work('readonly', (store) => store.count(key))) > 0,
    get: (key) => work<unknown>('readonly', (store) => store.get(key)),
    set: async (key, value) => void (await work('readwrite', (store) => store.put(value, key))),
    remove: (key) => work('readwrite', (store) => store.delete(key)),
  };
}

/** @param lost is called when the browser has closed the database, as when a reader clears what sites have stored */
function open(lost: () => void): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('The browser did not open its database.')), OPEN_TIMEOUT_MS);
    const request = indexedDB.open(DATABASE, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE);
    request.onsuccess = () => {
      clearTimeout(timer);
      const database = request.result;
      database.onclose = lost;
      database.onversionchange = () => {
        database.close();
        lost();
      };
      resolve(database);
    };
    request.onerror = () => {
      clearTimeout(timer);
      reject(request.error);
    };
  });
}
