import { createHash } from 'node:crypto';
import { NAMESPACE_URL, uuid4, uuid5 } from 'eventsourcing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sha1 } from '../../../../code/src/domain/sources/sha1.ts';
import { expectCode } from '../../support/errors.ts';

describe('random ids', () => {
  test('have the form of version 4, and do not repeat', () => {
    const ids = new Set(Array.from({ length: 10_000 }, uuid4));
    expect(ids.size).toBe(10_000);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});

describe('ids from names', () => {
  // Made by Python 3.12: uuid.uuid5(uuid.NAMESPACE_URL, name).
  test.each([
    ['/dogs/Fido', '1e1d7398-8986-57af-bb01-11a89b2f8b02'],
    ['', '1b4db7eb-4057-5ddf-91e0-36dec72071f5'],
    ['https://example.com/über/犬', '2c9d99a7-59cb-5139-b587-e3717f804fd6'],
    ['a'.repeat(55), '216292ab-33d5-55d9-9441-e27c6d581a9d'],
    ['b'.repeat(56), '71e0e3f7-ca79-59fe-b328-b3437f0d6001'],
    ['c'.repeat(64), 'fe478f19-8211-5292-b77c-036b1b5784c3'],
    ['🐶'.repeat(40), 'ecfc3150-6ecc-55f2-87ef-dc5002f08bf0'],
  ])('%s has the id that Python gives it', (name, id) => {
    expect(uuid5(NAMESPACE_URL, name)).toBe(id);
  });

  test('depend on the namespace', () => {
    expect(uuid5('6ba7b810-9dad-11d1-80b4-00c04fd430c8', 'python.org')).toBe('886313e1-3b8a-5372-9b90-0c9aee199e5d');
    expect(uuid5('6BA7B810-9DAD-11D1-80B4-00C04FD430C8', 'python.org')).toBe('886313e1-3b8a-5372-9b90-0c9aee199e5d');
    expectCode(() => uuid5('dogs', 'Fido'), 'ES_INVALID_ARGUMENT', /"dogs"/);
  });

  test('rest on the SHA-1 that everybody has', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(Buffer.from(sha1(bytes)).toString('hex')).toBe(createHash('sha1').update(bytes).digest('hex'));
      }),
    );
  });
});
