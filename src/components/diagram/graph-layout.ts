/** From a leader to a follower. */
type Edge = readonly [string, string];

/** A node with its place, in the units of the drawing. */
export interface PlacedNode {
  readonly name: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

/** An arrow, as the path of an SVG. */
export interface PlacedEdge {
  readonly from: string;
  readonly to: string;
  readonly path: string;
}

export interface Layout {
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
  readonly width: number;
  readonly height: number;
}

export const NODE_HEIGHT = 40;
const CHARACTER_WIDTH = 8.4;
const PADDING = 20;
const COLUMN_GAP = 56;
const ROW_GAP = 24;
/** How far from the nodes an arrow goes that leads past others. */
const BEND = 30;
const MARGIN = 4;

/**
 * Places the nodes of a system in columns: who leads stands left of who follows. Arrows that lead past a column go above the
 * nodes, and those that close a loop go back below them.
 *
 * @param pipes in each, every node follows the one before it.
 */
export function layOut(pipes: readonly (readonly string[])[]): Layout {
  const names = [...new Set(pipes.flat())];
  const edges = distinct(pipes.flatMap((pipe) => pipe.slice(1).map((to, index): Edge => [pipe[index] ?? to, to])));
  const back = new Set(backEdges(names, edges));
  const forward = edges.filter((edge) => !back.has(edge));
  const columnOf = columns(names, forward);
  const widthOf = (name: string) => Math.ceil(name.length * CHARACTER_WIDTH) + 2 * PADDING;

  const isFar = ([from, to]: Edge) => (columnOf.get(to) ?? 0) - (columnOf.get(from) ?? 0) > 1;
  const top = MARGIN + forward.filter(isFar).length * BEND;

  const byColumn = [...Map.groupBy(names, (name) => columnOf.get(name) ?? 0)].sort(([a], [b]) => a - b);
  const tallest = Math.max(1, ...byColumn.map(([, column]) => column.length));
  const fullHeight = tallest * NODE_HEIGHT + (tallest - 1) * ROW_GAP;
  const placed = new Map<string, PlacedNode>();
  let x = MARGIN;
  for (const [, column] of byColumn) {
    const width = Math.max(...column.map(widthOf));
    const height = column.length * NODE_HEIGHT + (column.length - 1) * ROW_GAP;
    column.forEach((name, index) => {
      const y = top + (fullHeight - height) / 2 + index * (NODE_HEIGHT + ROW_GAP);
      placed.set(name, { name, x, y, width });
    });
    x += width + COLUMN_GAP;
  }
  const bottom = top + fullHeight;
  let above = 0;
  let below = 0;
  const arrows = edges.flatMap((edge): PlacedEdge[] => {
    const [from, to] = [placed.get(edge[0]), placed.get(edge[1])];
    if (from === undefined || to === undefined) return [];
    if (back.has(edge)) below += BEND;
    else if (isFar(edge)) above += BEND;
    const path = () => {
      if (back.has(edge)) return around(from, to, NODE_HEIGHT, bottom + below);
      return isFar(edge) ? around(from, to, 0, top - above) : ahead(from, to);
    };
    return [{ from: edge[0], to: edge[1], path: path() }];
  });
  const height = bottom + below + MARGIN;
  return { nodes: [...placed.values()], edges: arrows, width: x - COLUMN_GAP + MARGIN, height };
}

function distinct(edges: readonly Edge[]): readonly Edge[] {
  return edges.filter(([from, to], index) => edges.findIndex(([a, b]) => a === from && b === to) === index);
}

/** The edges that lead back to where a walk along the others has come from. */
function backEdges(names: readonly string[], edges: readonly Edge[]): readonly Edge[] {
  const found: Edge[] = [];
  const done = new Set<string>();
  const path = new Set<string>();
  const walk = (name: string) => {
    if (done.has(name)) return;
    path.add(name);
    for (const edge of edges) {
      if (edge[0] !== name) continue;
      if (path.has(edge[1])) found.push(edge);
      else walk(edge[1]);
    }
    path.delete(name);
    done.add(name);
  };
  for (const name of names) walk(name);
  return found;
}

/** For each node the length of the longest way to it. */
function columns(names: readonly string[], edges: readonly Edge[]): ReadonlyMap<string, number> {
  const column = new Map(names.map((name) => [name, 0]));
  for (let isMoving = true; isMoving; ) {
    isMoving = false;
    for (const [from, to] of edges) {
      const least = (column.get(from) ?? 0) + 1;
      if ((column.get(to) ?? 0) >= least) continue;
      column.set(to, least);
      isMoving = true;
    }
  }
  return column;
}

function ahead(from: PlacedNode, to: PlacedNode): string {
  const [x1, y1] = [from.x + from.width, from.y + NODE_HEIGHT / 2];
  const [x2, y2] = [to.x, to.y + NODE_HEIGHT / 2];
  const middle = (x1 + x2) / 2;
  return y1 === y2 ? `M${x1} ${y1}H${x2}` : `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`;
}

/**
 * An arrow from one side of the nodes to the same side.
 *
 * @param side 0 for the upper one, and the height of a node for the lower one.
 */
function around(from: PlacedNode, to: PlacedNode, side: number, turn: number): string {
  const spread = from === to ? from.width / 4 : 0;
  const [x1, x2] = [from.x + from.width / 2 + spread, to.x + to.width / 2 - spread];
  const [y1, y2] = [from.y + side, to.y + side];
  return `M${x1} ${y1}C${x1} ${turn} ${x2} ${turn} ${x2} ${y2}`;
}
