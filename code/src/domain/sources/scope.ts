/**
 * A value that holds for the synchronous extent of one call, and for whatever that call calls.
 *
 * Constructors are the reason that it exists: a class field or a constructor body runs before its caller has the
 * object in hand, so what the base class must know (which event is this the first of?) cannot be passed as an argument.
 */
export class Scope<T> {
  #current: T | undefined;

  /** The value of the innermost `run` under way, if any. */
  get current(): T | undefined {
    return this.#current;
  }

  run<R>(value: T, action: () => R): R {
    const outer = this.#current;
    this.#current = value;
    try {
      return action();
    } finally {
      this.#current = outer;
    }
  }
}
