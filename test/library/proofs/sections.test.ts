import type { LogItem } from 'eventsourcing';
import { expect, test } from 'vitest';
import { storeNames } from '../every-store/store-names.ts';
import { testedStores } from '../every-store/stores.ts';
import { DogSchool } from '../support/dog.ts';
import { counts } from './counts.ts';
import { grouped, shown } from './shown.ts';

const SECTION_SIZE = 7;

test.for(await testedStores(storeNames))(
  'readers of sections get every event once, in order, while $name is written to',
  async ({ name, open }, context) => {
    const school = new DogSchool({ store: open(), sectionSize: SECTION_SIZE });
    const total = counts.sections;
    const starts = [1, 1 + Math.floor(total / 3)];
    async function read(start: number): Promise<LogItem[]> {
      const seen: LogItem[] = [];
      let next: string | null = null;
      while (seen.length < total - start + 1) {
        const position = (seen.at(-1)?.id ?? start - 1) + 1;
        const section = await school.notificationLog.section(next ?? `${position},${position + SECTION_SIZE - 1}`);
        seen.push(...section.items);
        next = section.nextId;
        await new Promise((resolve) => setTimeout(resolve));
      }
      return seen;
    }
    const write = async () => {
      for (let n = 1; n <= total; n++) await school.registerDog(`Dog ${n}`);
    };
    const [, ...logs] = await Promise.all([write(), ...starts.map(read)]);
    for (const [index, start] of starts.entries()) {
      const ids = Array.from({ length: total - start + 1 }, (_, n) => start + n);
      expect(logs[index]?.map(({ id, payload }) => [id, payload.name])).toEqual(ids.map((id) => [id, `Dog ${id}`]));
    }
    shown(
      context,
      `${name}: readers of sections of ${SECTION_SIZE} got all of ${grouped(total)} events once, in order`,
    );
  },
);
