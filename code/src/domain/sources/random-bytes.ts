/** Asking the system for random bytes costs far more than using them, so they are fetched in stock. */
export class RandomBytes {
  readonly #stock = new Uint8Array(4096);
  #used = this.#stock.length;

  /** @param count at most 4096. */
  take(count: number): Uint8Array<ArrayBuffer> {
    if (this.#used + count > this.#stock.length) {
      // Not `crypto.randomUUID`: it is missing in the sandboxed frame that runs the code of a web page.
      crypto.getRandomValues(this.#stock);
      this.#used = 0;
    }
    const bytes = this.#stock.slice(this.#used, this.#used + count);
    this.#stock.fill(0, this.#used, this.#used + count);
    this.#used += count;
    return bytes;
  }
}
