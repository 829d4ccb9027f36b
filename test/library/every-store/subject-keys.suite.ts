import {
  Aggregate,
  Application,
  event,
  ForgottenError,
  ForgottenNotification,
  MemoryKeyRecorder,
  type Recorder,
  SnapshotError,
  type Store,
} from 'eventsourcing';
import { zlib } from 'eventsourcing/compression';
import { aesGcm, createKey, type SubjectKeysOptions, subjectKeys } from 'eventsourcing/crypto';
import { describe, expect, test } from 'vitest';
import { Dog, DogSchool } from '../support/dog.ts';
import { errorOf, rejectionOf } from '../support/errors.ts';
import type { TestedStore } from './stores.ts';

@event('Order.Placed', 'customerId', 'address')
class Order extends Aggregate {
  constructor(
    readonly customerId: string,
    public address: string,
  ) {
    super();
  }
  @event('Moved', 'address')
  move(address: string) {
    this.address = address;
  }
}

class Shop extends Application {
  static aggregates = [Order];
}

const keys = { '2026-11': createKey() };
const cipherOf = (options: SubjectKeysOptions = {}) => subjectKeys(aesGcm({ keys }), options);
const ofCustomer: SubjectKeysOptions = {
  subjectOf: (each, order) => (order instanceof Order ? order.customerId : each.aggregateId),
};

/** What must hold for keys of subjects on every store. */
export function subjectKeysSuite({ name, open: createStore, newPlace }: TestedStore): void {
  describe(`keys of subjects on ${name}`, () => {
    test('nothing of what is forgotten can be read, and the rest goes on', async () => {
      const open = newPlace();
      const school = new DogSchool({ store: open(), cipher: cipherOf(), compressor: zlib() });
      const other = new DogSchool({ store: open(), cipher: cipherOf(), compressor: zlib() });
      const [fido, rex] = [await school.registerDog('Fido'), await school.registerDog('Rex')];
      await school.addTrick(fido, 'sit');
      await school.addTrick(rex, 'roll over');
      expect(await other.getDog(fido)).toEqual({ name: 'Fido', tricks: ['sit'] });

      expect(await school.forget(fido)).toBe(true);
      for (const each of [school, other]) {
        const error = await rejectionOf(each.repository.get(Dog, fido));
        expect(error).toBeInstanceOf(ForgottenError);
        expect(error).toMatchObject({ code: 'ES_FORGOTTEN', subject: fido, aggregateId: fido, version: 1 });
        expect(error).toMatchObject({ isStored: false, name: 'ForgottenError' });
        expect(await rejectionOf(each.repository.get(Dog, fido, { version: 1 }))).toMatchObject({
          code: 'ES_FORGOTTEN',
        });
        expect(await each.repository.has(Dog, fido)).toBe(false);
        expect(await each.repository.has(Dog, rex)).toBe(true);
        expect(await each.getDog(rex)).toEqual({ name: 'Rex', tricks: ['roll over'] });
      }
      await other.addTrick(rex, 'bark');
      expect((await school.getDog(rex)).tricks).toEqual(['roll over', 'bark']);
    });

    test('the log has forgotten events in their places, and throws if their content is asked for', async () => {
      const school = new DogSchool({ store: await createStore(), cipher: cipherOf() });
      const [fido, rex] = [await school.registerDog('Fido'), await school.registerDog('Rex')];
      await school.addTrick(fido, 'sit');
      await school.addTrick(rex, 'roll over');
      await school.forget(fido);
      const log = await school.notificationLog.select();
      expect(log.map((n) => [n.id, n.type, n.version, n.aggregateId, n.forgotten === true])).toEqual([
        [1, 'Dog.Registered', 1, fido, true],
        [2, 'Dog.Registered', 1, rex, false],
        [3, 'Dog.TrickAdded', 2, fido, true],
        [4, 'Dog.TrickAdded', 2, rex, false],
      ]);
      expect(log.map((n) => (n.forgotten ? n.subject : n.payload))).toEqual([
        fido,
        { name: 'Rex' },
        fido,
        { trick: 'roll over' },
      ]);
      const [gone] = log;
      expect(gone).toBeInstanceOf(ForgottenNotification);
      for (const part of ['payload', 'timestamp', 'metadata'] as const) {
        const error = errorOf(() => gone?.[part]);
        expect(error).toMatchObject({ code: 'ES_FORGOTTEN', subject: fido, aggregateId: fido, version: 1 });
        expect(error.message).toContain(`no ${part} any more`);
      }
      // Whoever writes it down as a whole is not stopped.
      expect(JSON.parse(JSON.stringify(gone))).toEqual({ ...gone });
      expect(Object.isFrozen(gone)).toBe(true);
      expect((await school.notificationLog.section('3,4')).items.map((n) => n.forgotten)).toEqual([true, undefined]);
      expect(await school.notificationLog.select({ topics: ['Dog.TrickAdded'] })).toHaveLength(2);
    });

    test('nothing more is stored of what is forgotten', async () => {
      const open = newPlace();
      const school = new DogSchool({ store: open(), cipher: cipherOf() });
      const other = new DogSchool({ store: open(), cipher: cipherOf() });
      const fido = await school.registerDog('Fido');
      const dog = await other.repository.get(Dog, fido);
      await school.forget(fido);
      dog.addTrick('sit');
      const rex = new Dog('Rex');
      const error = await rejectionOf(other.save(rex, dog));
      expect(error).toBeInstanceOf(ForgottenError);
      expect(error).toMatchObject({ subject: fido, aggregateId: fido, version: 2, isStored: false });
      expect(error.message).toContain('Nothing was stored');
      expect(dog.pendingEvents).toHaveLength(1);
      expect(await school.repository.has(Dog, rex.id)).toBe(false);
      await other.save(rex);
      expect((await school.notificationLog.select()).map(({ type }) => type)).toEqual([
        'Dog.Registered',
        'Dog.Registered',
      ]);
    });

    test('to forget twice, or what was never known, does no harm and is for ever', async () => {
      const store = await createStore();
      const school = new DogSchool({ store, cipher: cipherOf() });
      const fido = await school.registerDog('Fido');
      expect(await school.forget(fido)).toBe(true);
      expect(await school.forget(fido)).toBe(false);
      const rex = new Dog('Rex');
      expect(await school.forget(rex.id)).toBe(false);
      expect(await rejectionOf(school.save(rex))).toMatchObject({ code: 'ES_FORGOTTEN', subject: rex.id });
      const again = new DogSchool({ store, cipher: cipherOf() });
      expect(await rejectionOf(again.getDog(fido))).toMatchObject({ code: 'ES_FORGOTTEN' });
    });

    test('several aggregates can be of one subject, which two writers make a key for at once', async () => {
      const open = newPlace();
      const shops = [1, 2, 3, 4].map(() => new Shop({ store: open(), cipher: cipherOf(ofCustomer) }));
      const [shop, other] = shops;
      if (shop === undefined || other === undefined) throw new Error('There are no shops.');
      const orders = await Promise.all(
        shops.map(async (each, index) => {
          const order = new Order('customer-7', `${index} High Street`);
          await each.save(order);
          return order;
        }),
      );
      const elsewhere = new Order('customer-8', '1 Low Street');
      await shop.save(elsewhere);
      for (const { id } of orders) {
        const order = await other.repository.get(Order, id);
        order.move('2 High Street');
        await other.save(order);
        expect((await shop.repository.get(Order, id)).address).toBe('2 High Street');
      }
      await other.forget('customer-7');
      for (const { id } of orders) {
        expect(await rejectionOf(shop.repository.get(Order, id))).toMatchObject({
          code: 'ES_FORGOTTEN',
          subject: 'customer-7',
          aggregateId: id,
        });
      }
      expect((await shop.repository.get(Order, elsewhere.id)).address).toBe('1 Low Street');
      expect(await rejectionOf(shop.save(new Order('customer-7', '9')))).toMatchObject({ code: 'ES_FORGOTTEN' });
    });

    test('snapshots are forgotten with the events', async () => {
      const open = newPlace();
      const options = { cipher: cipherOf(ofCustomer), snapshots: { every: 2 } };
      const shop = new Shop({ store: open(), ...options });
      const order = new Order('customer-7', '1 High Street');
      order.move('2 High Street');
      await shop.save(order);
      expect(await shop.snapshots?.latest(order.id)).toMatchObject({ version: 2, state: { address: '2 High Street' } });
      const other = new Shop({ store: open(), ...options });
      await other.forget('customer-7');
      expect(await rejectionOf(shop.repository.get(Order, order.id))).toMatchObject({ code: 'ES_FORGOTTEN' });
      for (const reading of [
        () => shop.snapshots?.latest(order.id),
        () => shop.snapshots?.all(order.id),
        () => shop.takeSnapshot(Order, order.id),
      ]) {
        const error = await rejectionOf(Promise.resolve(reading()));
        expect(error).toMatchObject({ code: 'ES_FORGOTTEN', subject: 'customer-7', aggregateId: order.id });
      }
    });

    test.each([{ fastForward: true }, { fastForward: false }])(
      'a cache of another process (%o) does not go on with what is forgotten',
      async ({ fastForward }) => {
        const open = newPlace();
        const options = { cipher: cipherOf(), cache: { maxSize: 10, fastForward }, snapshots: { every: 2 } };
        const school = new DogSchool({ store: open(), ...options });
        const other = new DogSchool({ store: open(), ...options });
        const [fido, rex] = [await school.registerDog('Fido'), await school.registerDog('Rex')];
        await school.addTrick(fido, 'sit');
        for (const each of [school, other, school, other]) {
          expect(await each.getDog(fido)).toEqual({ name: 'Fido', tricks: ['sit'] });
          expect(await each.getDog(rex)).toEqual({ name: 'Rex', tricks: [] });
        }
        await school.forget(fido);
        for (const each of [school, other, school, other]) {
          expect(await rejectionOf(each.getDog(fido))).toMatchObject({ code: 'ES_FORGOTTEN', subject: fido });
          expect(await each.repository.has(Dog, fido)).toBe(false);
          expect(await each.getDog(rex)).toEqual({ name: 'Rex', tricks: [] });
        }
      },
    );

    test('a save that is overtaken by forget says so, and stores nothing readable', async () => {
      const open = newPlace();
      const other = new DogSchool({ store: open(), cipher: cipherOf() });
      let forgetting = '';
      const slow: Store = {
        ...open(),
        recorder: (application) =>
          before(open().recorder(application), async () => {
            if (forgetting !== '') await other.forget(forgetting);
          }),
      };
      const school = new DogSchool({ store: slow, cipher: cipherOf(), cache: { maxSize: 10 } });
      const [fido, rex] = [new Dog('Fido'), new Dog('Rex')];
      forgetting = fido.id;
      const error = await rejectionOf(school.save(rex, fido));
      expect(error).toBeInstanceOf(ForgottenError);
      expect(error).toMatchObject({ subject: fido.id, aggregateId: fido.id, version: 1, isStored: true });
      expect([fido.pendingEvents, rex.pendingEvents]).toEqual([[], []]);
      const log = await other.notificationLog.select();
      expect(log.map((n) => [n.aggregateId, n.forgotten])).toEqual([
        [rex.id, undefined],
        [fido.id, true],
      ]);
      forgetting = '';
      await school.addTrick(rex.id, 'sit');
      expect(await other.getDog(rex.id)).toEqual({ name: 'Rex', tricks: ['sit'] });
      expect(await rejectionOf(school.getDog(fido.id))).toMatchObject({ code: 'ES_FORGOTTEN' });
    });

    test('saves and forgets of many processes at once leave nothing that can be read', async () => {
      const open = newPlace();
      const schools = [1, 2, 3].map(() => new DogSchool({ store: open(), cipher: cipherOf() }));
      const dogs = Array.from({ length: 12 }, (_, index) => new Dog(`Fido ${index}`));
      const outcomes = await Promise.allSettled(
        dogs.flatMap((dog, index) => [schools[index % 3]?.save(dog), schools[(index + 1) % 3]?.forget(dog.id)]),
      );
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected') expect(outcome.reason).toBeInstanceOf(ForgottenError);
      }
      const [school] = schools;
      for (const dog of dogs) expect(await school?.repository.has(Dog, dog.id)).toBe(false);
      const log = (await school?.notificationLog.select()) ?? [];
      for (const each of log) expect(each.forgotten).toBe(true);
    });

    test('a snapshot that is overtaken by forget is reported, and the save before it is not affected', async () => {
      const open = newPlace();
      const other = new DogSchool({ store: open(), cipher: cipherOf() });
      const reported: SnapshotError[] = [];
      const store: Store = {
        ...open(),
        snapshotRecorder: (application) => {
          const recorder = open().snapshotRecorder?.(application);
          if (recorder === undefined) throw new TypeError('The store keeps no snapshots.');
          return {
            put: async (snapshot) => {
              await other.forget(snapshot.aggregateId);
              await recorder.put(snapshot);
            },
            select: (id, options) => recorder.select(id, options),
          };
        },
      };
      const snapshots = { every: 1, onError: (error: SnapshotError) => reported.push(error) };
      const school = new DogSchool({ store, cipher: cipherOf(), snapshots });
      const dog = new Dog('Fido');
      expect(await school.save(dog)).toHaveLength(1);
      expect(reported).toEqual([expect.any(SnapshotError)]);
      expect(reported[0]?.cause).toMatchObject({ code: 'ES_FORGOTTEN', isStored: true });
    });

    test('all keys of a reading or a save are looked up at once', async () => {
      const open = newPlace();
      const asked: number[] = [];
      const recorder = open().keyRecorder?.('DogSchool');
      if (recorder === undefined) throw new TypeError('The store keeps no keys.');
      const counted = new Proxy(recorder, {
        get(target, name) {
          const value: unknown = Reflect.get(target, name);
          if (typeof value !== 'function') return value;
          return (...args: unknown[]): unknown => {
            if (name === 'select' && Array.isArray(args[0])) asked.push(args[0].length);
            return Reflect.apply(value, target, args);
          };
        },
      });
      const school = new DogSchool({ store: open(), cipher: cipherOf({ keys: counted }), sectionSize: 100 });
      const dogs = Array.from({ length: 30 }, (_, index) => new Dog(`Fido ${index}`));
      for (const dog of dogs) dog.addTrick('sit');
      await school.save(...dogs);
      // Before it is stored, and after.
      expect(asked.splice(0)).toEqual([30, 30]);
      expect(await school.notificationLog.select()).toHaveLength(60);
      expect(asked.splice(0)).toEqual([30]);
      await school.getDog(dogs[0]?.id ?? '');
      expect(asked.splice(0)).toEqual([1]);
      await school.notificationLog.select({ start: 61 });
      expect(asked).toEqual([]);
    });

    test('the key of the master is changed, and the former one is of no use then', async () => {
      const store = await createStore();
      const [old, recent] = [{ old: createKey() }, { recent: createKey() }];
      const before = new DogSchool({ store, cipher: subjectKeys(aesGcm({ keys: old })) });
      const [fido, rex] = [await before.registerDog('Fido'), await before.registerDog('Rex')];
      await before.forget(rex);
      const both = subjectKeys(aesGcm({ keys: { ...old, ...recent }, current: 'recent' }));
      const during = new DogSchool({ store, cipher: both });
      await during.addTrick(fido, 'sit');
      const after = new DogSchool({ store, cipher: subjectKeys(aesGcm({ keys: recent })) });
      const error = await rejectionOf(after.getDog(fido));
      expect(error).toMatchObject({ code: 'ES_KEY_UNKNOWN', keyId: 'old', aggregateId: fido });
      expect(error.message).toContain(`The key of the subject ${fido}`);
      expect(await during.rewrapKeys()).toBe(1);
      expect(await after.getDog(fido)).toEqual({ name: 'Fido', tricks: ['sit'] });
      expect(await rejectionOf(after.getDog(rex))).toMatchObject({ code: 'ES_FORGOTTEN' });
      expect(await rejectionOf(before.getDog(fido))).toMatchObject({ code: 'ES_KEY_UNKNOWN', keyId: 'recent' });
      expect(await during.rewrapKeys()).toBe(1);
    });

    test('keys that are lost, exchanged or slipped in are errors, and no forgetting', async () => {
      const open = newPlace();
      const [store, kept] = [open(), new MemoryKeyRecorder()];
      const school = new DogSchool({ store, cipher: cipherOf({ keys: kept }) });
      const [fido, rex] = [await school.registerDog('Fido'), await school.registerDog('Rex')];
      expect(await store.keyRecorder?.('DogSchool').select([fido, rex])).toEqual([]);
      const without = new DogSchool({ store, cipher: cipherOf() });
      const lost = await rejectionOf(without.getDog(fido));
      expect(lost).toMatchObject({ code: 'ES_KEY_UNKNOWN', keyId: fido });
      expect(await rejectionOf(without.notificationLog.select())).toMatchObject({ code: 'ES_KEY_UNKNOWN' });
      const [one, two] = await kept.select([fido, rex]);
      if (one?.key === undefined || two?.key === undefined) throw new Error('There are no keys.');
      await kept.replace([
        { subject: fido, key: two.key },
        { subject: rex, key: one.key },
      ]);
      expect(await rejectionOf(school.getDog(fido))).toMatchObject({ code: 'ES_DECRYPTION', aggregateId: fido });
      await kept.replace([{ subject: fido, key: new Uint8Array(32) }]);
      const lenient = subjectKeys(aesGcm({ keys, acceptPlaintext: true }), { keys: kept });
      for (const cipher of [cipherOf({ keys: kept }), lenient]) {
        const error = await rejectionOf(new DogSchool({ store, cipher }).getDog(fido));
        expect(error).toMatchObject({ code: 'ES_DECRYPTION', aggregateId: fido });
      }
      // Whoever slips a key in must not get to know what is encrypted from then on.
      const spot = new Dog('Spot');
      await kept.insert([{ subject: spot.id, key: new Uint8Array(32) }]);
      expect(await rejectionOf(new DogSchool({ store, cipher: lenient }).save(spot))).toMatchObject({
        code: 'ES_DECRYPTION',
      });
      await kept.replace([one, two].map(({ subject, key = new Uint8Array() }) => ({ subject, key })));
      expect(await school.getDog(fido)).toEqual({ name: 'Fido', tricks: [] });
    });

    test('a store can go from one key for all to a key for each', async () => {
      const store = await createStore();
      const before = new DogSchool({ store, cipher: aesGcm({ keys }) });
      const id = await before.registerDog('Fido');
      const strict = await rejectionOf(new DogSchool({ store, cipher: cipherOf() }).getDog(id));
      expect(strict).toMatchObject({ code: 'ES_DECRYPTION' });
      expect(strict.message).toContain('acceptMaster');
      const school = new DogSchool({ store, cipher: cipherOf({ acceptMaster: true }) });
      await school.addTrick(id, 'sit');
      expect(await school.getDog(id)).toEqual({ name: 'Fido', tricks: ['sit'] });
      const unaware = await rejectionOf(before.getDog(id));
      expect(unaware).toMatchObject({ code: 'ES_DECRYPTION', version: 2 });
      expect(unaware.message).toContain('subjectKeys');
      await school.forget(id);
      expect(await rejectionOf(school.getDog(id))).toMatchObject({ code: 'ES_FORGOTTEN', version: 2 });
    });

    test('where there is no place for keys, that is said at once', async () => {
      const store = await createStore();
      const keyless: Store = { recorder: (application) => store.recorder(application) };
      const error = errorOf(() => new DogSchool({ store: keyless, cipher: cipherOf() }));
      expect(error).toMatchObject({ code: 'ES_INVALID_ARGUMENT' });
      expect(error.message).toMatch(/keeps no keys.*keyRecorder/);
      const apart = new DogSchool({ store: keyless, cipher: cipherOf({ keys: new MemoryKeyRecorder() }) });
      const id = await apart.registerDog('Fido');
      expect(await apart.forget(id)).toBe(true);
      for (const options of [{}, { cipher: aesGcm({ keys }) }]) {
        const plain = new DogSchool({ store: await createStore(), ...options });
        for (const refused of [() => plain.forget(id), () => plain.rewrapKeys()]) {
          const refusal = await rejectionOf(refused());
          expect(refusal).toMatchObject({ code: 'ES_INVALID_ARGUMENT' });
          expect(refusal.message).toContain('subjectKeys');
        }
      }
      const wrong = new DogSchool({ store, cipher: cipherOf({ subjectOf: () => '' }) });
      expect(await rejectionOf(wrong.registerDog('Fido'))).toMatchObject({ code: 'ES_INVALID_ARGUMENT' });
    });
  });
}

/** A recorder that lets something happen once it is asked to store. */
function before(recorder: Recorder, happen: () => Promise<void>): Recorder {
  return {
    insert: async (events) => {
      await happen();
      return await recorder.insert(events);
    },
    select: (id, options) => recorder.select(id, options),
    selectNotifications: (options) => recorder.selectNotifications(options),
    maxNotificationId: () => recorder.maxNotificationId(),
  };
}
