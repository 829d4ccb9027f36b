import { uuid4 } from 'eventsourcing';
import { inject, test } from 'vitest';
import { counts } from './counts.ts';
import { shown } from './shown.ts';
import { tailWhileSaving } from './tailing.ts';

const url = inject('postgresUrl');

test('readers of one database get every event of many processes once, in order', async (context) => {
  const newPlace = () => ({ kind: 'postgres', at: url, schema: `tail_${uuid4().replaceAll('-', '')}` }) as const;
  shown(context, await tailWhileSaving(newPlace, counts.writers.postgres));
});
