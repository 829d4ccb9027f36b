import type { Attributes } from './attributes.ts';
import type { CodeBlock } from './markdown.ts';
import type { Fence, PageProblem, StoreName } from './page.ts';

/** A choice of store while it is being read: alternatives of one named file, right behind each other. */
interface Choice {
  /** The id of the first alternative. */
  readonly id: string;
  readonly file: string;
  /** The line of the first alternative's opening. */
  readonly line: number;
  readonly stores: StoreName[];
}

/** A fence as it is met. `adjoins` tells whether nothing stands between it and the fence before it. */
export interface Candidate {
  readonly id: string;
  readonly block: CodeBlock;
  readonly attributes: Attributes;
  readonly adjoins: boolean;
  readonly complain: (message: string) => void;
}

/** Gathers the choices of a page. */
export function createChoices() {
  const choices: Choice[] = [];
  let open: Choice | undefined;

  return {
    /** The alternative that a fence is, if it is one, and whether another one of its choice came before it. */
    of({ id, block, attributes, adjoins, complain }: Candidate) {
      const { store, file } = attributes;
      const before = open;
      open = undefined;
      if (store === undefined || file === undefined) return undefined;
      const last = choices.at(-1);
      const apart = last?.file === file && !last.stores.includes(store) && !(before && adjoins);
      if (apart) {
        complain(
          `Something stands between this alternative of ${file} and the one before it: the alternatives of a choice follow each other directly, and what is to be said of them stands before or behind them all.`,
        );
      }
      const continues = last?.file === file && (apart || (before === last && adjoins));
      if (!continues) {
        const choice: Choice = { id, file, line: block.open, stores: [store] };
        choices.push(choice);
        open = choice;
        return { alternative: { store, choice: id }, continues };
      }
      if (last.stores.includes(store)) complain(`The choice of ${file} has \`store=${store}\` twice.`);
      else last.stores.push(store);
      open = last;
      return { alternative: { store, choice: last.id }, continues };
    },

    /** The stores that the page offers, and what is wrong with its choices as a whole. */
    end(): { readonly stores: readonly StoreName[]; readonly problems: readonly PageProblem[] } {
      const [first] = choices;
      const problems = choices.flatMap(({ file, line, stores }): PageProblem[] => {
        if (stores.length === 1) {
          const message = `This choice of ${file} has one alternative: let another fence with \`file=${file}\` and another \`store=\` follow it directly.`;
          return [{ line, message }];
        }
        if (!first || stores.join() === first.stores.join()) return [];
        const message = `This choice offers ${list(stores)}, and the one on line ${first.line} offers ${list(first.stores)}: the choices of a page offer the same stores in the same order, since the reader chooses once for all of them.`;
        return [{ line, message }];
      });
      return { stores: first?.stores ?? [], problems };
    },
  };
}

function list(stores: readonly StoreName[]): string {
  return stores.map((store) => `\`${store}\``).join(', ');
}

/** The alternatives that a program is made with: one of each choice. Without a store, the first one of each. */
export function isChosen({ id, alternative }: Fence, store: StoreName | undefined): boolean {
  if (!alternative) return true;
  return store === undefined ? alternative.choice === id : alternative.store === store;
}
