import { Aggregate, Application, type DomainEvent, event, memory } from 'eventsourcing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { counts } from './counts.ts';
import { grouped, shown } from './shown.ts';

@event('List.Made', 'items')
class List extends Aggregate {
  constructor(readonly items: unknown[]) {
    super();
  }
  @event('Added', 'item', 'at')
  add(item: unknown, at?: number) {
    this.items.splice(at ?? this.items.length, 0, item);
  }
  @event('Removed', 'index')
  remove(index: number) {
    // Changes first and looks afterwards, so that a failure has something to undo.
    const [removed] = this.items.splice(0, index + 1);
    if (removed === undefined) throw new RangeError('There is nothing to remove.');
  }
  @event('Reversed')
  reverse() {
    this.items.reverse();
  }
}

class Lists extends Application {
  static aggregates = [List];
}

type Command = (list: List) => void;

const item = fc.oneof(
  fc.integer(),
  fc.string(),
  fc.date({ noInvalidDate: true }),
  fc.array(fc.integer()),
  fc.array(fc.integer()).map((numbers) => new Set(numbers)),
);
const command: fc.Arbitrary<Command> = fc.oneof(
  fc.tuple(item, fc.option(fc.nat(5), { nil: undefined })).map(
    ([value, at]): Command =>
      (list) =>
        list.add(value, at),
  ),
  fc.nat(3).map(
    (index): Command =>
      (list) =>
        list.remove(index),
  ),
  fc.constant<Command>((list) => list.reverse()),
);

/** Carries out commands, and forgives those that fail. */
function carryOut(list: List, commands: readonly Command[]): void {
  for (const each of commands) {
    try {
      each(list);
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  }
}

test('whatever happened, replay gives the same aggregate', (context) => {
  fc.assert(
    fc.property(fc.array(item), fc.array(command), (items, commands) => {
      const list = new List(items);
      carryOut(list, commands);
      expect(list.items.every((each) => each !== undefined)).toBe(true);
      const events = list.collectEvents();
      expect(events.map((e) => e.version)).toEqual(events.map((_, index) => index + 1));
      expect(list.version).toBe(events.length);
      expect(List.replay(events).equals(list)).toBe(true);
      expect(events.reduce<List | undefined>((copy, e) => List.mutate(copy, e), undefined)?.equals(list)).toBe(true);
    }),
    { numRuns: counts.lives.replayed },
  );
  shown(context, `${grouped(counts.lives.replayed)} random lives of an aggregate: replay gives the same one each time`);
});

test('whatever happened, what is got back is what was saved, at every version', async (context) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(item),
      fc.array(fc.array(command)),
      fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
      fc.boolean(),
      async (items, batches, every, isCached) => {
        const lists = new Lists({
          store: memory(),
          verify: true,
          ...(every !== undefined && { snapshots: { every } }),
          ...(isCached && { cache: { maxSize: 1 } }),
        });
        const list = new List(items);
        const history: DomainEvent[] = [];
        for (const batch of batches) {
          carryOut(list, batch);
          history.push(...list.pendingEvents);
          await lists.save(list);
          expect((await lists.repository.get(List, list.id)).equals(list)).toBe(true);
        }
        for (let version = 1; version <= history.length; version++) {
          const then = await lists.repository.get(List, list.id, { version });
          expect(then.equals(List.replay(history.slice(0, version)))).toBe(true);
        }
      },
    ),
    { numRuns: counts.lives.stored },
  );
  shown(
    context,
    `${grouped(counts.lives.stored)} random lives, with and without snapshots and cache: every version is got back as it was`,
  );
});
