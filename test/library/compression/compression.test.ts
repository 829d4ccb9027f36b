import { deflateSync } from 'node:zlib';
import { StateDamagedError } from 'eventsourcing';
import { describe, expect, test } from 'vitest';
import * as anywhere from '../../../code/src/compression/index.ts';
import * as node from '../../../code/src/compression/node.ts';
import { errorOf, expectCode } from '../support/errors.ts';

const platforms: Record<string, typeof anywhere> = { 'where there is no Node': anywhere, 'in Node': node };

function text(value: string): Uint8Array {
  return new TextEncoder().encode(value);
}

describe.each(Object.entries(platforms))('zlib %s', (name, { zlib }) => {
  const other = Object.entries(platforms).find(([each]) => each !== name)?.[1] ?? node;

  test('reads what was written elsewhere', () => {
    for (const value of ['a'.repeat(100), 'x', '', '🐶'.repeat(50_000), 'xxxxxxxxxxx', '{"a":1}']) {
      for (const level of [1, 6, 9]) {
        const bytes = other.zlib({ level }).compress(text(value));
        expect(Uint8Array.from(zlib().decompress(bytes))).toEqual(text(value));
        expect(bytes.length).toBeLessThanOrEqual(value.startsWith('x') ? 20 : text(value).length);
      }
    }
  });

  test('reads all kinds of bytes', () => {
    const random = new Uint8Array(20_000).map((_, index) => (index * index * 31) % 251);
    const bytes = Uint8Array.from(deflateSync(random));
    expect(Uint8Array.from(zlib().decompress(bytes))).toEqual(random);
  });

  test('bytes that were damaged or cut are refused', () => {
    const bytes = other.zlib().compress(text('{"a":"b"}'.repeat(100)));
    for (let length = 1; length < bytes.length; length++) {
      expectCode(() => zlib().decompress(bytes.slice(0, length)), 'ES_STATE_DAMAGED');
    }
    for (let index = 1; index < bytes.length; index++) {
      const changed = Uint8Array.from(bytes);
      changed[index] = (changed[index] ?? 0) ^ 0x55;
      expectCode(() => zlib().decompress(changed), 'ES_STATE_DAMAGED');
    }
  });

  test('a bomb is refused before it has gone off', () => {
    const bomb = Uint8Array.from(deflateSync(new Uint8Array(200_000_000), { level: 9 }));
    const before = process.memoryUsage().arrayBuffers;
    const error = errorOf(() => zlib().decompress(bomb));
    expect(error).toBeInstanceOf(StateDamagedError);
    expect(error.message).toMatch(/more than 16777216/);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(150_000_000);
    const full = zlib({ maxSize: 1000 }).compress(new Uint8Array(1000));
    expect(zlib({ maxSize: 1000 }).decompress(full)).toHaveLength(1000);
    expectCode(() => zlib({ maxSize: 999 }).decompress(full), 'ES_STATE_DAMAGED');
    expectCode(() => zlib({ maxSize: 999 }).compress(new Uint8Array(1000)), 'ES_INVALID_ARGUMENT', /1000 bytes.*999/);
  });

  test('options are checked', () => {
    for (const level of [0, 10, 1.5, Number.NaN]) expectCode(() => zlib({ level }), 'ES_INVALID_ARGUMENT', /level/);
    for (const maxSize of [0, -1, 1.5]) expectCode(() => zlib({ maxSize }), 'ES_INVALID_ARGUMENT', /maxSize/);
  });
});
