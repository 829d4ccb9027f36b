import { expect, test } from 'vitest';
import { layOut, NODE_HEIGHT } from '../../../src/components/diagram/graph-layout.ts';

const places = (pipes: readonly (readonly string[])[]) => {
  const { nodes } = layOut(pipes);
  return new Map(nodes.map((node) => [node.name, node]));
};

test('who leads stands left of who follows, however the pipes are given', () => {
  const found = places([
    ['B', 'C'],
    ['A', 'C'],
    ['A', 'B'],
  ]);
  const x = (name: string) => found.get(name)?.x ?? Number.NaN;
  expect(x('A')).toBeLessThan(x('B'));
  expect(x('B')).toBeLessThan(x('C'));
});

test('nodes of one column stand below each other, and everything is within the drawing', () => {
  const { nodes, width, height } = layOut([
    ['Accounts', 'Ledger'],
    ['Accounts', 'A log of all transactions'],
    ['Alone'],
  ]);
  const [ledger, log] = ['Ledger', 'A log of all transactions'].map((name) => nodes.find((node) => node.name === name));
  expect(ledger?.x).toBe(log?.x);
  expect((log?.y ?? 0) - (ledger?.y ?? 0)).toBeGreaterThan(NODE_HEIGHT);
  for (const node of nodes) {
    expect(node.x).toBeGreaterThanOrEqual(0);
    expect(node.x + node.width).toBeLessThanOrEqual(width);
    expect(node.y + NODE_HEIGHT).toBeLessThanOrEqual(height);
  }
});

test('an arrow that closes a loop goes back below the nodes, and nothing runs for ever', () => {
  const { nodes, edges } = layOut([
    ['A', 'B', 'A'],
    ['B', 'B'],
  ]);
  expect(edges.map(({ from, to }) => `${from}${to}`)).toEqual(['AB', 'BA', 'BB']);
  const bottom = Math.max(...nodes.map(({ y }) => y + NODE_HEIGHT));
  const depths = edges.map(({ path }) =>
    Math.max(...[...path.matchAll(/[ C]([\d.]+) ([\d.]+)/g)].map(([, , y]) => Number(y))),
  );
  expect(depths[1]).toBeGreaterThan(bottom);
  expect(depths[2]).toBeGreaterThan(depths[1] ?? Number.NaN);
});

test('an arrow past a column goes above it, and within the drawing', () => {
  const { nodes, edges } = layOut([
    ['A', 'B', 'C'],
    ['A', 'C'],
  ]);
  const far = edges.find(({ from, to }) => from === 'A' && to === 'C');
  const heights = [...(far?.path ?? '').matchAll(/[ C]([\d.-]+) ([\d.-]+)/g)].map(([, , y]) => Number(y));
  expect(Math.min(...heights)).toBeLessThan(Math.min(...nodes.map(({ y }) => y)));
  expect(Math.min(...heights)).toBeGreaterThanOrEqual(0);
});

test('an edge that is there twice is drawn once', () => {
  expect(
    layOut([
      ['A', 'B'],
      ['A', 'B'],
    ]).edges,
  ).toHaveLength(1);
});
