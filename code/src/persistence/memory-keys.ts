import { checkSubjects, type KeyRecorder, type LiveKey, type StoredKey } from './key-recorder.ts';
import { checkedLimit } from './limits.ts';

/** Keeps the keys of subjects in the memory of the process. */
export class MemoryKeyRecorder implements KeyRecorder {
  readonly #keys = new Map<string, Uint8Array | undefined>();

  async select(subjects: readonly string[]): Promise<StoredKey[]> {
    checkSubjects(subjects);
    return [...new Set(subjects)].flatMap((subject) =>
      this.#keys.has(subject) ? [{ subject, key: this.#keys.get(subject)?.slice() }] : [],
    );
  }

  async insert(keys: readonly LiveKey[]): Promise<StoredKey[]> {
    const subjects = keys.map(({ subject }) => subject);
    checkSubjects(subjects);
    for (const { subject, key } of keys) if (!this.#keys.has(subject)) this.#keys.set(subject, key.slice());
    return await this.select(subjects);
  }

  async replace(keys: readonly LiveKey[]): Promise<void> {
    for (const { subject, key } of keys)
      if (this.#keys.get(subject) !== undefined) this.#keys.set(subject, key.slice());
  }

  async list(options: { readonly after?: string | undefined; readonly limit: number }): Promise<StoredKey[]> {
    const { after = '' } = options;
    const subjects = [...this.#keys.keys()].filter((subject) => subject > after).sort();
    return await this.select(subjects.slice(0, checkedLimit(options.limit)));
  }

  async forget(subject: string): Promise<boolean> {
    checkSubjects([subject]);
    const key = this.#keys.get(subject);
    // What is no longer referred to may stay in memory for long.
    key?.fill(0);
    this.#keys.set(subject, undefined);
    return key !== undefined;
  }
}
