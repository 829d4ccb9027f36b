/** What all floors share: states as JSON, as small as they can be, and a dog that is an object. */
import { randomUUID } from 'node:crypto';

export const REGISTERED = 'Dog.Registered';
export const TRICK_ADDED = 'Dog.TrickAdded';

const timestamp = '2026-11-21T09:30:00.000000Z';
export const registered = Buffer.from(JSON.stringify({ timestamp, payload: { name: 'Fido' } }));
export const trickAdded = Buffer.from(JSON.stringify({ timestamp, payload: { trick: 'roll over' } }));

export const newId = (): string => randomUUID();

export interface PlainDog {
  version: number;
  name: string;
  tricks: string[];
}

/** Goes on from a dog, or from nothing, by one event. */
export function evolve(dog: PlainDog, topic: unknown, version: unknown, state: unknown): PlainDog {
  const { payload } = decode(state);
  if (topic === REGISTERED) dog.name = String(payload.name);
  else dog.tricks.push(String(payload.trick));
  dog.version = Number(version);
  return dog;
}

export const newDog = (): PlainDog => ({ version: 0, name: '', tricks: [] });

/** The states are our own, so what they look like is known. */
export function decode(state: unknown): { readonly payload: Readonly<Record<string, unknown>> } {
  return JSON.parse(textOf(state));
}

export const encodeDog = (dog: PlainDog): Buffer => Buffer.from(JSON.stringify(dog));

export function decodeDog(state: unknown): PlainDog {
  return JSON.parse(textOf(state));
}

function textOf(state: unknown): string {
  if (!(state instanceof Uint8Array)) throw new TypeError('A state is bytes.');
  return Buffer.from(state.buffer, state.byteOffset, state.byteLength).toString('utf8');
}
