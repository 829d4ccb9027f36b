import { Aggregate, Application, event, NAMESPACE_URL, on, ProcessApplication, policy, uuid5 } from 'eventsourcing';

export const Opened = event.of<{ owner: string }>()('Account.Opened', 'owner');
export const Credited = event.of<{ amount: number }>()('Credited', 'amount');
export const Renamed = event.of<{ owner: string }>()('Renamed', 'owner');

@Opened
export class Account extends Aggregate {
  balance = 0;
  constructor(public owner: string) {
    super();
  }

  @Credited
  credit(amount: number) {
    this.balance += amount;
  }

  @Renamed
  rename(owner: string) {
    this.owner = owner;
  }
}

export class Accounts extends Application {
  static aggregates = [Account];

  async open(owner: string): Promise<Account> {
    const account = new Account(owner);
    await this.save(account);
    return account;
  }
}

@event('Ledger.Started', 'name')
export class Ledger extends Aggregate {
  static createId(name: string) {
    return ledgerId(name);
  }
  sum = 0;
  /** The ids of the notifications that it was told of. */
  readonly entries: number[] = [];
  constructor(readonly name: string) {
    super();
  }

  @event('Booked', 'notification', 'amount')
  book(notification: number, amount: number) {
    this.entries.push(notification);
    this.sum += amount;
  }
}

export function ledgerId(name: string): string {
  return uuid5(NAMESPACE_URL, `/ledgers/${name}`);
}

export const LEDGER = ledgerId('main');

/** Follows accounts: one entry for each credit. */
export class Ledgers extends ProcessApplication {
  static aggregates = [Ledger];
  static policy = policy(
    on(Credited, async (credited, processing) => {
      const ledger = (await processing.find(Ledger, LEDGER)) ?? processing.collect(new Ledger('main'));
      ledger.book(credited.id, credited.payload.amount);
    }),
  );

  async main(): Promise<Ledger> {
    return await this.repository.get(Ledger, LEDGER);
  }
}
