import { Aggregate, Application, event, eventSchema, UpcastError } from 'eventsourcing';
import { describe, expect, test } from 'vitest';
import { Dog } from '../support/dog.ts';
import { rejectionOf } from '../support/errors.ts';
import type { TestedStore } from './stores.ts';

/** One event through three versions, and the class that it makes through four. */
function noteV1() {
  @event('Note.Made', 'a')
  class Note extends Aggregate {
    constructor(readonly a: string) {
      super();
    }
  }
  return Note;
}

const firstStep = ({ a }: { a: string }) => ({ aa: a.toUpperCase(), b: 0 });
const secondStep = (v2: { aa: string; b: number }) => ({ ...v2, c: [] });

function noteV2() {
  @(event('Note.Made', 'aa', 'b').upcasts([firstStep]))
  class Note extends Aggregate {
    constructor(
      readonly aa: string,
      readonly b: number,
    ) {
      super();
    }
  }
  return Note;
}

const MadeV3 = event('Note.Made', 'aa', 'b', 'c').upcasts([firstStep, secondStep]);

function noteV3() {
  @MadeV3
  class Note extends Aggregate {
    constructor(
      readonly aa: string,
      readonly b: number,
      readonly c: readonly string[],
    ) {
      super();
    }
  }
  return Note;
}

function noteV4() {
  @MadeV3
  class Note extends Aggregate {
    d: string | null = null;
    constructor(
      readonly aa: string,
      readonly b: number,
      readonly c: readonly string[],
    ) {
      super();
    }
    @event('Dated', 'd')
    date(d: string) {
      this.d = d;
    }
  }
  return Note;
}

function applicationOf(...aggregates: readonly unknown[]) {
  return class Notes extends Application {
    static aggregates = aggregates;
  };
}

/** What must hold for events of several versions on every store. */
export function versioningSuite({ name, open: createStore }: TestedStore): void {
  describe(`versions of events on ${name}`, () => {
    test('an event of version 1 is read by every later version of the code', async () => {
      const store = await createStore();
      const [V1, V2, V3, V4] = [noteV1(), noteV2(), noteV3(), noteV4()];
      const options = { store, name: 'notes' };
      const note = new V1('text');
      await new (applicationOf(V1))(options).save(note);
      const v2 = await new (applicationOf(V2))(options).repository.get(V2, note.id);
      expect({ ...v2 }).toEqual({ id: note.id, version: 1, aa: 'TEXT', b: 0 });
      const v3 = await new (applicationOf(V3))(options).repository.get(V3, note.id);
      expect({ ...v3 }).toEqual({ id: note.id, version: 1, aa: 'TEXT', b: 0, c: [] });
      const v4 = await new (applicationOf(V4))(options).repository.get(V4, note.id);
      expect({ ...v4 }).toEqual({ id: note.id, version: 1, aa: 'TEXT', b: 0, c: [], d: null });
      expect(v4.createdAt).toEqual(note.createdAt);
    });

    test('an event of version 2 takes the later step only', async () => {
      const store = await createStore();
      const [V2, V3] = [noteV2(), noteV3()];
      const note = new V2('Text', 5);
      await new (applicationOf(V2))({ store }).save(note);
      const v3 = await new (applicationOf(V3))({ store }).repository.get(V3, note.id);
      expect({ ...v3 }).toEqual({ id: note.id, version: 1, aa: 'Text', b: 5, c: [] });
    });

    test('what is stored after an upcast has the version of today, and is read again as it is', async () => {
      const store = await createStore();
      const [V1, V4] = [noteV1(), noteV4()];
      const note = new V1('text');
      await new (applicationOf(V1))({ store }).save(note);
      const notes = new (applicationOf(V4))({ store });
      await notes.repository.get(V4, note.id).then(async (v4) => {
        v4.date('today');
        await notes.save(v4, new V4('More', 1, ['x']));
      });
      expect(await notes.repository.get(V4, note.id)).toMatchObject({ aa: 'TEXT', d: 'today', version: 2 });
      // Events that were read can be stored elsewhere, as they are today.
      const copies = new (applicationOf(V4))({ store, name: 'copies' });
      await copies.events.put(await notes.events.get(note.id));
      const stored = async (application: string) =>
        (await store.recorder(application).selectNotifications()).map(({ state }) => {
          const { timestamp: _, ...rest } = JSON.parse(new TextDecoder().decode(state));
          return rest;
        });
      expect(await stored('Notes')).toEqual([
        { payload: { a: 'text' } },
        { payload: { d: 'today' } },
        { eventVersion: 3, payload: { aa: 'More', b: 1, c: ['x'] } },
      ]);
      expect(await stored('copies')).toEqual([
        { eventVersion: 3, payload: { aa: 'TEXT', b: 0, c: [] } },
        { payload: { d: 'today' } },
      ]);
      expect(await copies.repository.get(V4, note.id)).toMatchObject({ aa: 'TEXT', d: 'today' });
    });

    test('an event that newer code has stored is an error', async () => {
      const store = await createStore();
      const [V2, V3] = [noteV2(), noteV3()];
      const note = new V3('Text', 5, []);
      await new (applicationOf(V3))({ store }).save(note);
      const old = new (applicationOf(V2))({ store });
      const readings = [
        () => old.repository.get(V2, note.id),
        () => old.events.get(note.id),
        () => old.notificationLog.select(),
      ];
      for (const read of readings) {
        const error = await rejectionOf(read());
        expect(error).toBeInstanceOf(UpcastError);
        expect(error).toMatchObject({
          code: 'ES_NEWER_VERSION',
          topic: 'Note.Made',
          aggregateId: note.id,
          version: 1,
          storedVersion: 3,
          currentVersion: 2,
        });
        expect(error.message).toMatch(/stored as v3.*up to v2/);
      }
    });

    test('steps that fail are errors that name the step', async () => {
      const store = await createStore();
      const V1 = noteV1();
      const note = new V1('text');
      await new (applicationOf(V1))({ store }).save(note);
      const boom = new Error('boom');
      const steps: [(data: { a: string }) => object, RegExp][] = [
        [
          () => {
            throw boom;
          },
          /step v1→v2 of Note\.Made failed/,
        ],
        // What code without types may do.
        [() => Reflect.get({}, 'nothing'), /did not return/],
        [async () => ({}), /returned a promise/],
        [({ a }) => ({ a, aa: a }), /lead to the fields a,? which no parameter has|fields a,/],
      ];
      for (const [step, message] of steps) {
        @(event('Note.Made', 'aa').upcasts([step]))
        class Note extends Aggregate {
          constructor(readonly aa: string) {
            super();
          }
        }
        const error = await rejectionOf(
          new (applicationOf(Note))({ store, name: 'Notes' }).repository.get(Note, note.id),
        );
        expect(error).toBeInstanceOf(UpcastError);
        expect(error).toMatchObject({ code: 'ES_UPCAST', storedVersion: 1, currentVersion: 2 });
        expect(error.message).toMatch(message);
        if (message.source.includes('failed')) expect(error.cause).toBe(boom);
      }
    });

    test('a field that a step leaves undefined is absent, and steps may change what they get', async () => {
      const store = await createStore();
      const V1 = noteV1();
      const note = new V1('text');
      await new (applicationOf(V1))({ store }).save(note);
      @(
        event('Note.Made', 'a', 'b').upcasts([
          (data: { a: string; b?: string | undefined }) => {
            data.a += '!';
            data.b = undefined;
            return data;
          },
        ])
      )
      class Note extends Aggregate {
        constructor(
          readonly a: string,
          readonly b?: string,
        ) {
          super();
        }
      }
      const notes = new (applicationOf(Note))({ store });
      const twice = [await notes.events.get(note.id), await notes.events.get(note.id)];
      for (const [made] of twice) {
        expect(made?.payload).toEqual({ a: 'text!' });
        expect(Object.isFrozen(made?.payload)).toBe(true);
      }
    });

    test('an old topic is read under the name of today, and its events go through the upcasts', async () => {
      const store = await createStore();
      const V1 = noteV1();
      const note = new V1('text');
      await new (applicationOf(V1))({ store, name: 'notes' }).save(note);
      @(event('Memo.Written', 'aa', 'b').upcasts([firstStep]))
      class Memo extends Aggregate {
        constructor(
          readonly aa: string,
          readonly b: number,
        ) {
          super();
        }
      }
      class Memos extends Application {
        static aggregates = [Memo];
        static aliases = { Note: 'Memo', 'Note.Made': 'Memo.Written' };
      }
      const memos = new Memos({ store, name: 'notes' });
      expect(await memos.repository.get(Memo, note.id)).toMatchObject({ aa: 'TEXT', b: 0 });
      expect((await memos.notificationLog.select()).map((n) => n.type)).toEqual(['Memo.Written']);
      const unknown = await rejectionOf(new (applicationOf(Memo))({ store, name: 'notes' }).notificationLog.select());
      expect(unknown).toMatchObject({ code: 'ES_TOPIC_UNKNOWN', topic: 'Note.Made' });
      expect(unknown.message).toContain('Note.Made');
    });

    test('an encrypted or a plain event of a former version stays where it is', async () => {
      const store = await createStore();
      const V1 = noteV1();
      const note = new V1('text');
      await new (applicationOf(V1))({ store }).save(note);
      const before = await store.recorder('Notes').select(note.id);
      const V3 = noteV3();
      await new (applicationOf(V3))({ store }).repository.get(V3, note.id);
      expect(await store.recorder('Notes').select(note.id)).toEqual(before);
      expect(eventSchema(applicationOf(V3))).toEqual({ 'Note.Made': { version: 3, fields: ['aa', 'b', 'c'] } });
      expect(Dog.name).toBe('Dog');
    });
  });
}
