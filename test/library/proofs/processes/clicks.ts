import { Aggregate, Application, event, on, recorded } from '../../../../code/src/index.ts';
import { projection } from '../../../../code/src/projection/index.ts';

const Clicked = event.of<{ n: number }>()('Clicked', 'n');

/** What is followed: one event for each click, and one before them. */
export const Button = recorded(
  class Button extends Aggregate {
    last = 0;
    click(n: number) {
      this.last = n;
    }
  },
  { new: event('Button.Made'), click: Clicked },
);

export class Buttons extends Application {
  static aggregates = [Button];
}

/** Counts how often each click was counted; and, in few rows that are written again and again, all of them. */
export const clicks = projection(
  { name: 'Clicks', tables: { clicks: { times: 'integer' }, totals: { count: 'integer', sum: 'integer' } } },
  {
    on: [
      on(Clicked, async ({ payload: { n } }, { clicks, totals }) => {
        const click = await clicks.get(`${n}`);
        clicks.set(`${n}`, { times: (click?.times ?? 0) + 1 });
        const id = `${n % 10}`;
        const total = await totals.get(id);
        totals.set(id, { count: (total?.count ?? 0) + 1, sum: (total?.sum ?? 0) + n });
      }),
    ],
    forget: 'keeps nothing personal',
  },
);
