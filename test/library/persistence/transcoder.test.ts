import assert from 'node:assert/strict';
import { runInNewContext } from 'node:vm';
import { Aggregate, Application, event, memory, PayloadError, Transcoder, transcoding } from 'eventsourcing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { errorOf, expectCode, rejectionOf } from '../support/errors.ts';

class Money {
  constructor(
    readonly amount: bigint,
    readonly currency: string,
  ) {}
}
class Line {
  constructor(
    readonly price: Money,
    readonly on: Date,
  ) {}
}
const money = transcoding(Money, {
  name: 'money',
  formerNames: ['cash'],
  encode: ({ amount, currency }) => ({ amount, currency }),
  decode: ({ amount, currency }) => new Money(amount, currency),
});
const line = transcoding(Line, {
  name: 'line',
  encode: ({ price, on }) => [price, on] as const,
  decode: ([price, on]) => new Line(price, on),
});
const transcoder = new Transcoder([money, line]);

describe('the transcoder', () => {
  test.each<[unknown, string]>([
    [{ a: [1, 'x', true, null, { b: {} }] }, '{"a":[1,"x",true,null,{"b":{}}]}'],
    [new Date(0), '{"_type_":"datetime_iso","_data_":"1970-01-01T00:00:00.000Z"}'],
    [12345678901234567890n, '{"_type_":"bigint","_data_":"12345678901234567890"}'],
    [new Map([['a', 1]]), '{"_type_":"map","_data_":[["a",1]]}'],
    [new Set([1]), '{"_type_":"set","_data_":[1]}'],
    [new Uint8Array([0, 255]), '{"_type_":"bytes","_data_":"AP8="}'],
    [-0, '{"_type_":"number","_data_":"-0"}'],
    [new Money(5n, 'EUR'), '{"_type_":"money","_data_":{"amount":{"_type_":"bigint","_data_":"5"},"currency":"EUR"}}'],
    [{ _type_: 'set', _data_: [1] }, '{"_type_":"object","_data_":{"_type_":"set","_data_":[1]}}'],
    [{ _type_: 'only one' }, '{"_type_":"only one"}'],
    [{ _type_: 1, _data_: 2, more: 3 }, '{"_type_":1,"_data_":2,"more":3}'],
    ['犬 🐶 \ud800', '"犬 🐶 \\ud800"'],
  ])('writes %o in a form that stays the same', (value, text) => {
    expect(transcoder.encode(value)).toBe(text);
    assert.deepEqual(transcoder.decode(text), value);
  });

  test('writes registered classes within each other', () => {
    const value = { lines: [new Line(new Money(1n, 'NOK'), new Date(5))] };
    const copy = transcoder.decode(transcoder.encode(value));
    assert.deepEqual(copy, value);
  });

  test('reads names that a class had in the past, and writes the name of today', () => {
    const text = '{"_type_":"cash","_data_":{"amount":{"_type_":"bigint","_data_":"5"},"currency":"EUR"}}';
    assert.deepEqual(transcoder.decode(text), new Money(5n, 'EUR'));
    expect(transcoder.encode(transcoder.decode(text))).toBe(text.replace('cash', 'money'));
  });

  test('reads text with escapes, and writes it without', () => {
    expect(transcoder.decode('"\\u72ac \\ud83d\\udc36"')).toBe('犬 🐶');
  });

  test('keeps a key called __proto__ a key', () => {
    const value: unknown = JSON.parse('{"__proto__":{"admin":true},"d":1}');
    const withDate = Object.assign(value ?? {}, { d: new Date(0) });
    const copy: unknown = transcoder.decode(transcoder.encode(withDate));
    assert.deepEqual(copy, withDate);
    assert(typeof copy === 'object' && copy !== null);
    expect(Object.getPrototypeOf(copy)).toBe(Object.prototype);
    expect('admin' in copy).toBe(false);
  });

  test('takes plain objects of another realm', () => {
    expect(transcoder.encode(runInNewContext('({ a: [1, { b: 2 }] })'))).toBe('{"a":[1,{"b":2}]}');
  });

  test('takes the bytes of a Buffer', () => {
    expect(transcoder.decode(transcoder.encode(Buffer.from('abc')))).toEqual(new Uint8Array([97, 98, 99]));
  });

  test('leaves what it writes as it was', () => {
    const value = { list: [new Date(0), -0], map: new Map([[1, [2n]]]) };
    transcoder.encode(value);
    assert.deepEqual(value, { list: [new Date(0), -0], map: new Map([[1, [2n]]]) });
  });

  class Unknown {}
  class SubMoney extends Money {}
  const loop: { self?: unknown } = {};
  loop.self = [loop];
  test.each<[unknown, string, RegExp]>([
    [{ a: [0, Number.NaN] }, 'a[1]', /NaN/],
    [{ a: { 'b c': Number.POSITIVE_INFINITY } }, 'a["b c"]', /Infinity/],
    [{ a: undefined }, 'a', /undefined/],
    [[1, undefined], '[1]', /undefined/],
    [{ f() {} }, 'f', /function/],
    [{ s: Symbol('s') }, 's', /symbol/],
    [{ a: { [Symbol('key')]: 1 } }, 'a', /symbol as a key/],
    [{ a: new Unknown() }, 'a', /Unknown, which has no transcoding/],
    [{ a: new SubMoney(1n, 'EUR') }, 'a', /SubMoney/],
    [{ a: new (class extends Date {})() }, 'a', /no transcoding/],
    [{ a: new (class extends Map {})() }, 'a', /no transcoding/],
    [{ a: new (class extends Array {})() }, 'a', /no transcoding/],
    [{ a: /x/ }, 'a', /RegExp/],
    [{ a: new Error('x') }, 'a', /Error/],
    [{ a: Promise.resolve() }, 'a', /Promise/],
    [{ a: new Float64Array(1) }, 'a', /Float64Array/],
    [{ a: new Date(Number.NaN) }, 'a', /invalid date/],
    // biome-ignore lint/suspicious/noSparseArray: this is what is being tested.
    [{ a: [1, , 2] }, 'a', /holes/],
    [{ a: Object.assign([1], { extra: 2 }) }, 'a', /named properties/],
    [new Map([['k', Number.NaN]]), 'k', /NaN/],
    [new Map([[Number.NaN, 1]]), '[0]', /NaN/],
    [new Set([undefined]), '[0]', /undefined/],
    [loop, 'self[0]', /itself/],
  ])('refuses %o', (value, path, reason) => {
    const error = errorOf(() => transcoder.encode(value));
    expect(error).toBeInstanceOf(PayloadError);
    expect(error).toMatchObject({ code: 'ES_PAYLOAD', path });
    expect(error.message).toMatch(reason);
    expect(error.message).toContain(path);
  });

  test('takes the same value twice, side by side', () => {
    const shared = { a: 1 };
    expect(transcoder.encode([shared, shared])).toBe('[{"a":1},{"a":1}]');
  });

  test.each([
    'not json',
    '{"_type_":"unknown","_data_":1}',
    '{"_type_":"datetime_iso","_data_":"yesterday"}',
    '{"_type_":"datetime_iso","_data_":5}',
    '{"_type_":"bigint","_data_":"1.5"}',
    '{"_type_":"map","_data_":[1]}',
    '{"_type_":"set","_data_":{}}',
    '{"_type_":"bytes","_data_":"*"}',
    '{"_type_":"object","_data_":[]}',
    '{"_type_":5,"_data_":1}',
    '{"_type_":"number","_data_":"five"}',
  ])('refuses to read %s', (text) => {
    expectCode(() => transcoder.decode(text), 'ES_STATE_DAMAGED');
  });

  /** Any value that events can hold. */
  const anyValue = fc.letrec<{ value: unknown; key: string }>((tie) => ({
    key: fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('_type_', '_data_', '__proto__', 'constructor', '0')),
    value: fc.oneof(
      { maxDepth: 5, depthSize: 'small', withCrossShrink: true },
      fc.constantFrom(null, true, false, 0, -0),
      fc.string({ unit: 'binary' }),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.bigInt(),
      fc.date({ noInvalidDate: true }),
      fc.uint8Array(),
      fc.tuple(fc.bigInt(), fc.string()).map(([amount, currency]) => new Money(amount, currency)),
      fc.array(tie('value')),
      fc.dictionary(tie('key'), tie('value')),
      fc.record({ _type_: fc.oneof(fc.constantFrom('set', 'object'), tie('value')), _data_: tie('value') }),
      fc.array(fc.tuple(tie('value'), tie('value'))).map((entries) => new Map(entries)),
      fc.array(tie('value')).map((items) => new Set(items)),
    ),
  })).value;

  test('reads back any value as it was written', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        const text = transcoder.encode(value);
        const copy = transcoder.decode(text);
        assert.deepEqual(normal(copy), normal(value));
        expect(transcoder.encode(copy)).toBe(text);
      }),
      { numRuns: 500 },
    );
  });

  test('either refuses a value or reads it back, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.anything({
          withDate: true,
          withMap: true,
          withSet: true,
          withBigInt: true,
          withNullPrototype: true,
          withSparseArray: true,
          withTypedArray: true,
        }),
        (value) => {
          let text: string;
          try {
            text = transcoder.encode(value);
          } catch (error) {
            expect(error).toBeInstanceOf(PayloadError);
            return;
          }
          assert.deepEqual(normal(transcoder.decode(text)), normal(value));
        },
      ),
      { numRuns: 500 },
    );
  });

  /** Objects without a prototype are plain objects when they come back; that is the one difference. */
  function normal(value: unknown): unknown {
    if (Array.isArray(value)) return value.map(normal);
    if (value instanceof Map) return new Map([...value].map(([k, v]) => [normal(k), normal(v)]));
    if (value instanceof Set) return new Set([...value].map(normal));
    if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === null) {
      return normal({ ...value });
    }
    if (typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype) {
      return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, normal(v)]));
    }
    return value;
  }
});

describe('payloads', () => {
  @event('Invoice.Issued', 'lines', 'note')
  class Invoice extends Aggregate {
    static transcodings = [money, line];
    constructor(
      readonly lines: Line[],
      readonly note?: string,
    ) {
      super();
    }
    @event('Annotated', 'note')
    annotate(note: unknown) {
      return note;
    }
  }
  class Billing extends Application {
    static aggregates = [Invoice];
  }

  test('hold what the aggregate has transcodings for', async () => {
    const store = memory();
    const invoice = new Invoice([new Line(new Money(5n, 'EUR'), new Date(0))]);
    expect(invoice.lines[0]?.price).toEqual(new Money(5n, 'EUR'));
    await new Billing({ store }).save(invoice);
    const copy = await new Billing({ store }).repository.get(Invoice, invoice.id);
    expect(copy.equals(invoice)).toBe(true);
    expect(copy.lines[0]?.price).toBeInstanceOf(Money);
  });

  test('are checked by the call that records them, with the path', () => {
    const invoice = new Invoice([]);
    const error = errorOf(() => invoice.annotate({ tags: ['a', () => 1] }));
    expect(error).toMatchObject({ code: 'ES_PAYLOAD', path: 'note.tags[1]' });
    expect(error.message).toMatch(/^The event Invoice\.Annotated cannot hold note\.tags\[1\]: it is a function/);
    expect(invoice.version).toBe(1);
    expectCode(() => invoice.annotate(Number.NaN), 'ES_PAYLOAD', /hold note: NaN/);
    expectCode(() => invoice.annotate({ a: undefined }), 'ES_PAYLOAD', /note\.a/);
    expectCode(() => invoice.annotate(new (class Strange {})()), 'ES_PAYLOAD', /Strange/);
  });

  test('may lack an optional parameter', () => {
    const [issued] = new Invoice([], undefined).collectEvents();
    expect(issued && Object.keys(issued.payload)).toEqual(['lines']);
  });

  test('stored bytes have the fields in the order of the parameters, whoever made the event', async () => {
    const store = memory();
    const billing = new Billing({ store });
    const made = {
      type: 'Invoice.Issued',
      aggregateId: 'i',
      version: 1,
      timestamp: '2020-01-01T00:00:00.000Z',
      payload: { note: 'n', lines: [] },
    };
    await billing.save(made);
    const [stored] = await store.recorder('Billing').select('i');
    expect(new TextDecoder().decode(stored?.state)).toBe(
      '{"timestamp":"2020-01-01T00:00:00.000Z","payload":{"lines":[],"note":"n"}}',
    );
  });

  test('what another writer of JSON has escaped is read as well', () => {
    const text = String.raw`{"\u005ftype_":"bigint","_dat\u0061_":"1"}`;
    expect(new Transcoder().decode(text)).toBe(1n);
  });

  test('damaged bytes are reported with the event that they belong to', async () => {
    const store = memory();
    const utf8 = (text: string) => new TextEncoder().encode(text);
    const states = [utf8('{'), utf8('{}'), utf8('[]'), utf8('{"timestamp":1,"payload":{}}'), new Uint8Array([0xff])];
    const recorder = store.recorder('Billing');
    await recorder.insert(
      states.map((state, index) => ({ aggregateId: `i${index}`, version: 1, topic: 'Invoice.Issued', state })),
    );
    for (const index of states.keys()) {
      const error = await rejectionOf(new Billing({ store }).repository.get(Invoice, `i${index}`));
      expect(error).toMatchObject({ code: 'ES_STATE_DAMAGED', aggregateId: `i${index}`, version: 1 });
      expect(error.message).toMatch(/cannot be read\. \w/);
    }
  });
});
