import { Application, type ApplicationOptions, DefinitionError, type Follower, ProcessApplication } from '../index.ts';
import { mermaidOf } from './mermaid.ts';

/** A class of applications, as the runner of a system constructs them. */
export type ApplicationClass<A extends Application = Application> = new (options: ApplicationOptions) => A;

/** What only follows, and has no log of its own: a projection, for example. */
export interface FollowerDefinition<F extends Follower = Follower> {
  readonly name: string;
  open(options: Pick<ApplicationOptions, 'store'>): F;
}

/** What a system is made of. */
export type SystemNode = ApplicationClass | FollowerDefinition;

/** From one node to the one that follows it, by their names. */
export type Edge = readonly [leader: string, follower: string];

/**
 * Says who follows whom. Each pipe is a list of nodes in which each follows the one before it; loops are allowed. A system
 * only describes: a `Runner` constructs the applications and sets events moving.
 *
 * @example
 * ```ts
 * import { Aggregate, Application, event, on, policy, ProcessApplication } from 'eventsourcing';
 * import { System } from 'eventsourcing/system';
 *
 * const Registered = event.of<{ name: string }>()('Dog.Registered', 'name');
 *
 * @Registered
 * class Dog extends Aggregate {
 *   constructor(readonly name: string) { super(); }
 * }
 *
 * class DogSchool extends Application {
 *   static aggregates = [Dog];
 * }
 *
 * @event('Letter.Written', 'text')
 * class Letter extends Aggregate {
 *   constructor(readonly text: string) { super(); }
 * }
 *
 * class Welcome extends ProcessApplication {
 *   static aggregates = [Letter];
 *   static policy = policy(
 *     on(Registered, ({ payload }, processing) => {
 *       processing.collect(new Letter(`Welcome, ${payload.name}!`));
 *     }),
 *   );
 * }
 *
 * const system = new System([[DogSchool, Welcome]]);
 * console.log(system.leaders, system.followers); // [ 'DogSchool' ] [ 'Welcome' ]
 * console.log(system.toMermaid().split('\n')); // [ 'flowchart LR', '  DogSchool --> Welcome' ]
 * ```
 */
export class System {
  readonly #nodes = new Map<string, SystemNode>();
  /** Who follows whom, in the order of the pipes. */
  readonly edges: readonly Edge[];

  /**
   * @throws {DefinitionError} if a node can't be what it's meant to be, two have one name, or an edge is there twice
   * (`ES_SYSTEM`).
   */
  constructor(pipes: readonly (readonly SystemNode[])[]) {
    if (!Array.isArray(pipes) || pipes.length === 0) {
      throw invalid('A system needs at least one pipe: new System([[Leader, Follower], …]).');
    }
    const edges: Edge[] = [];
    pipes.forEach((pipe, index) => {
      if (!Array.isArray(pipe) || pipe.length === 0) {
        throw invalid(`Pipe ${index + 1} of the system is not a list of applications, the leader first.`);
      }
      pipe.forEach((node: unknown, place) => {
        const known = checkedNode(node, index, place);
        this.#add(known);
        const leader: unknown = pipe[place - 1];
        if (place > 0 && isNode(leader)) edges.push(checkedEdge(leader, known, edges));
      });
    });
    this.edges = Object.freeze(edges);
  }

  /** All names, in the order of the pipes. */
  get nodes(): readonly string[] {
    return [...this.#nodes.keys()];
  }

  /** Those that are followed. */
  get leaders(): readonly string[] {
    return [...new Set(this.edges.map(([leader]) => leader))];
  }

  /** Those that follow, in the order in which their pipes are given: so they get to know of events one after the other. */
  get followers(): readonly string[] {
    return [...new Set(this.edges.map(([, follower]) => follower))];
  }

  /** Those that are followed and follow nobody. */
  get leadersOnly(): readonly string[] {
    const followers = new Set(this.followers);
    return this.leaders.filter((name) => !followers.has(name));
  }

  /** Those that follow and are followed. */
  get processors(): readonly string[] {
    const leaders = new Set(this.leaders);
    return this.followers.filter((name) => leaders.has(name));
  }

  /** The class or definition of a node. */
  node(name: string): SystemNode {
    const node = this.#nodes.get(name);
    if (node !== undefined) return node;
    throw invalid(`The system has no ${name}: it has ${this.nodes.join(', ')}.`);
  }

  /** The graph as text that Mermaid draws: on GitHub, for example, in a fence of the language `mermaid`. */
  toMermaid(): string {
    return mermaidOf(this);
  }

  #add(node: SystemNode): void {
    const other = this.#nodes.get(node.name);
    if (other !== undefined && other !== node) {
      throw invalid(`Two nodes of the system are called ${node.name}. Positions are kept by name: rename one of them.`);
    }
    this.#nodes.set(node.name, node);
  }
}

/** Whether a node is an application, so that it has a log and can be followed. */
export function isApplicationClass(node: unknown): node is ApplicationClass {
  return typeof node === 'function' && (node === Application || node.prototype instanceof Application);
}

export function invalid(message: string): DefinitionError {
  return new DefinitionError('ES_SYSTEM', message);
}

function isNode(node: unknown): node is SystemNode {
  if (isApplicationClass(node)) return true;
  return (
    typeof node === 'object' &&
    node !== null &&
    'open' in node &&
    typeof node.open === 'function' &&
    'name' in node &&
    typeof node.name === 'string'
  );
}

function checkedNode(node: unknown, pipe: number, place: number): SystemNode {
  const where = `Item ${place + 1} of pipe ${pipe + 1}`;
  if (!isNode(node)) {
    const what = typeof node === 'function' ? `class ${node.name}` : node === undefined ? 'undefined' : typeof node;
    throw invalid(`${where} is neither a class of applications nor a projection, but ${what}.`);
  }
  if (node.name === '') throw invalid(`${where} is a class without a name, and its log would have none.`);
  return node;
}

function checkedEdge(leader: SystemNode, follower: SystemNode, edges: readonly Edge[]): Edge {
  const edge = [leader.name, follower.name] as const;
  if (!isApplicationClass(leader)) {
    throw invalid(`${follower.name} can't follow ${leader.name}, which stores no events and so has no log.`);
  }
  if (isApplicationClass(follower) && !(follower.prototype instanceof ProcessApplication)) {
    throw invalid(
      `${follower.name} can't follow ${leader.name}: it has no policy. Let it extend ProcessApplication and state one.`,
    );
  }
  if (edges.some(([from, to]) => from === edge[0] && to === edge[1])) {
    throw invalid(`The pipe from ${edge[0]} to ${edge[1]} is there twice. Leave one out.`);
  }
  return Object.freeze(edge);
}
