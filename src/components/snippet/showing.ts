/** How much code is put on the page before it is first drawn. What is beyond comes in turns, each a short one. */
const AT_ONCE_CHARACTERS = 20_000;

/** Puts the reader's saved edits on the page: a few at once, many one after the other, those in view first. */
export interface Showing {
  /** @param show puts the edit on the page; what it throws is for itself to handle */
  add(place: Element, size: number, show: () => void): void;
  /** Resolves when every edit is shown. Nothing may run before: what is shown is what runs. */
  done(): Promise<void>;
  /** Shows all that is left at once, such as for printing. */
  finish(): void;
}

export function createShowing(): Showing {
  const left = new Map<Element, (() => void)[]>();
  let room = AT_ONCE_CHARACTERS;
  let working: Promise<void> | undefined;
  let observer: IntersectionObserver | undefined;

  const take = (place: Element | undefined) => {
    if (!place) return;
    const shows = left.get(place) ?? [];
    left.delete(place);
    observer?.unobserve(place);
    for (const show of shows) show();
  };
  const work = async () => {
    // A turn of the event loop before each, so that the page can answer in between.
    for (let next = left.keys().next(); !next.done; next = left.keys().next()) {
      await new Promise((resolve) => setTimeout(resolve, 0));
      take(left.has(next.value) ? next.value : undefined);
    }
    working = undefined;
  };

  return {
    add(place, size, show) {
      room -= size;
      if (room >= 0) return show();
      left.set(place, [...(left.get(place) ?? []), show]);
      observer ??= new IntersectionObserver((entries) => {
        for (const { target, isIntersecting } of entries) if (isIntersecting) take(target);
      });
      observer.observe(place);
      working ??= work();
    },
    done: async () => working,
    finish() {
      for (const place of [...left.keys()]) take(place);
    },
  };
}
