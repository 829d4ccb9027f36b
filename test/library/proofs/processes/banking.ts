/** An application and one that follows it, for processes that run without a compiler. */
import { Aggregate, Application, event, on, ProcessApplication, policy, recorded } from '../../../../code/src/index.ts';
import { System } from '../../../../code/src/system/index.ts';

const Credited = event.of<{ amount: number }>()('Credited', 'amount');

export const Account = recorded(
  class Account extends Aggregate {
    static createId(owner: string) {
      return owner;
    }
    balance = 0;
    readonly owner: string;
    constructor(owner: string) {
      super();
      this.owner = owner;
    }
    credit(amount: number) {
      this.balance += amount;
    }
  },
  { new: event('Account.Opened', 'owner'), credit: Credited },
);

export class Accounts extends Application {
  static aggregates = [Account];
}

export const Ledger = recorded(
  class Ledger extends Aggregate {
    static createId() {
      return 'ledger';
    }
    count = 0;
    sum = 0;
    book(_notification: number, amount: number) {
      this.count += 1;
      this.sum += amount;
    }
  },
  { new: event('Ledger.Started'), book: event('Booked', 'notification', 'amount') },
);

/** Books each credit, whoever's it is. */
export class Ledgers extends ProcessApplication {
  static aggregates = [Ledger];
  static policy = policy(
    on(Credited, async ({ id, payload }, processing) => {
      const ledger = (await processing.find(Ledger, 'ledger')) ?? processing.collect(new Ledger());
      ledger.book(id, payload.amount);
    }),
  );
}

export const bank = new System([[Accounts, Ledgers]]);
