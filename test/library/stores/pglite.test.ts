import { PGlite } from '@electric-sql/pglite';
import { uuid4 } from 'eventsourcing';
import { type PgliteOptions, pglite } from 'eventsourcing/pglite';
import type { PostgresStore } from 'eventsourcing/postgres';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DogSchool } from '../support/dog.ts';
import { errorOf, rejectionOf } from '../support/errors.ts';
import { stored } from '../support/stored.ts';

const database = new PGlite();
beforeAll(() => database.waitReady);
afterAll(() => database.close());

const newSchema = () => `test_${uuid4().replaceAll('-', '')}`;
const open = (schema = newSchema(), options: PgliteOptions = {}): PostgresStore =>
  pglite(database, { schema, ...options });

describe('a store in PGlite', () => {
  test('shares the database with others, which its end does not touch', async () => {
    const schema = newSchema();
    const [first, second] = [open(schema), open(schema)];
    const id = await new DogSchool({ store: first }).registerDog('Fido');
    await first.close();
    await first.close();
    expect(await rejectionOf(new DogSchool({ store: first }).getDog(id))).toMatchObject({ code: 'ES_STORE_CLOSED' });
    await new DogSchool({ store: second }).addTrick(id, 'sit');
    expect(await new DogSchool({ store: open(schema) }).getDog(id)).toEqual({ name: 'Fido', tricks: ['sit'] });
  });

  test('gives a conflict the next id, and the database stays usable', async () => {
    const recorder = open().recorder('Tested');
    await recorder.insert([stored('a', 1)]);
    expect(await rejectionOf(recorder.insert([stored('b', 1), stored('a', 1)]))).toMatchObject({
      code: 'ES_VERSION_CONFLICT',
      foundVersion: 1,
    });
    expect(await recorder.insert([stored('a', 2)])).toEqual([2]);
  });

  test('says what the database refuses, by its state', async () => {
    const error = await rejectionOf(open(newSchema(), { migrate: false }).recorder('Tested').select('a'));
    expect(error).toMatchObject({ code: 'ES_STORE_SCHEMA' });
    expect(error.message).toMatch(/^The PGlite database /);
    const readOnly = open(newSchema(), { name: 'The dogs' });
    await database.exec('SET default_transaction_read_only = on');
    const refused = await rejectionOf(readOnly.recorder('Tested').insert([stored('a', 1)]));
    await database.exec('SET default_transaction_read_only = off');
    expect(refused).toMatchObject({ code: 'ES_STORE_READ_ONLY', cause: expect.any(Error) });
    expect(refused.message).toMatch(/^The dogs failed: it is read-only/);
    expect(await readOnly.recorder('Tested').insert([stored('a', 1)])).toEqual([1]);
    expect(errorOf(() => open('pg_dogs')).code).toBe('ES_INVALID_ARGUMENT');
  });

  test('leaves an error that is not of the database as it is', async () => {
    const closed = new PGlite();
    await closed.close();
    await expect(pglite(closed).recorder('Tested').select('a')).rejects.toThrow(/closed/);
  });
});
