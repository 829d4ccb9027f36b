/** Databases that are made for a test, or for a snippet, on a server that is there already. */
import { randomBytes } from 'node:crypto';
import { Client } from 'pg';

/** Makes an empty database whose name begins with the prefix, by which whoever takes it away knows it. */
export async function makeDatabase(serverUrl: string, prefix: string): Promise<string> {
  const name = `${prefix}_${randomBytes(6).toString('hex')}`;
  await ask(serverUrl, `CREATE DATABASE ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}

/** Removes a database, whoever is still connected to it. */
export async function dropDatabase(serverUrl: string, name: string): Promise<void> {
  await ask(serverUrl, `DROP DATABASE ${name} WITH (FORCE)`);
}

/** The names of the databases that begin with a prefix. */
export async function databasesWith(serverUrl: string, prefix: string): Promise<readonly string[]> {
  const rows = await ask(serverUrl, `SELECT datname FROM pg_database WHERE starts_with(datname, '${prefix}')`);
  return rows.map(({ datname }) => datname);
}

/** The name of the database that a URL leads to. */
export function databaseName(url: string): string {
  return new URL(url).pathname.slice(1);
}

async function ask(url: string, statement: string): Promise<readonly { readonly datname: string }[]> {
  const client = new Client(url);
  await client.connect();
  try {
    return (await client.query<{ datname: string }>(statement)).rows;
  } finally {
    await client.end();
  }
}
