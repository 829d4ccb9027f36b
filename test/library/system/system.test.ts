import { Application, ProcessApplication } from 'eventsourcing';
import { System } from 'eventsourcing/system';
import { describe, expect, test } from 'vitest';
import { errorOf } from '../support/errors.ts';

class A extends Application {}
class B extends ProcessApplication {}
class C extends ProcessApplication {}
const D = { name: 'D', open: () => expect.fail('A system opens nothing.') };

describe('a system', () => {
  test('knows who leads and who follows, in the order of its pipes', () => {
    const system = new System([
      [A, C, D],
      [A, B, C],
    ]);
    expect(system).toMatchObject({
      nodes: ['A', 'C', 'D', 'B'],
      edges: [
        ['A', 'C'],
        ['C', 'D'],
        ['A', 'B'],
        ['B', 'C'],
      ],
      leaders: ['A', 'C', 'B'],
      followers: ['C', 'D', 'B'],
      leadersOnly: ['A'],
      processors: ['C', 'B'],
    });
  });

  test('may have loops, and nodes that nobody follows', () => {
    const system = new System([[B, C, B], [A], [B, B]]);
    expect(system.edges).toEqual([
      ['B', 'C'],
      ['C', 'B'],
      ['B', 'B'],
    ]);
    expect(system.nodes).toEqual(['B', 'C', 'A']);
    expect(system.leadersOnly).toEqual([]);
  });

  test('is drawn by Mermaid, whatever its nodes are called', () => {
    const End = { name: 'end', open: D.open };
    const Odd = { name: 'all "accounts"', open: D.open };
    class Alone extends Application {}
    expect(new System([[A, B, End], [A, Odd], [Alone]]).toMermaid()).toBe(
      [
        'flowchart LR',
        '  n3["end"]',
        '  n4["all #quot;accounts#quot;"]',
        '  Alone',
        '  A --> B',
        '  B --> n3',
        '  A --> n4',
      ].join('\n'),
    );
  });

  const named = (name: string) => ({ [name]: class extends Application {} })[name];
  const wrong: readonly [string, unknown, RegExp][] = [
    ['no pipes', [], /at least one pipe/],
    ['no list', undefined, /at least one pipe/],
    ['an empty pipe', [[A], []], /Pipe 2 .* not a list of applications/],
    ['a pipe that is none', [A], /Pipe 1 .* not a list of applications/],
    ['a class that is no application', [[A, Date]], /Item 2 of pipe 1 is neither .* but class Date/],
    ['a class that is not there yet', [[A, undefined]], /Item 2 of pipe 1 is neither .* but undefined/],
    ['an instance', [[new A(), B]], /Item 1 of pipe 1 is neither .* but object/],
    ['an unnamed class', [[class extends Application {}, B]], /Item 1 of pipe 1 is a class without a name/],
    ['a follower without a policy', [[B, A]], /A can't follow B: it has no policy/],
    ['a leader without a log', [[A, D, B]], /B can't follow D, which stores no events/],
    [
      'an edge twice',
      [
        [A, B, C],
        [B, C],
      ],
      /The pipe from B to C is there twice/,
    ],
    ['one name for two', [[named('A'), B], [A]], /Two nodes of the system are called A/],
  ];
  test.each(wrong)('refuses %s', (_, pipes, message) => {
    const error = errorOf(() => Reflect.construct(System, [pipes]));
    expect(error).toMatchObject({ code: 'ES_SYSTEM', message: expect.stringMatching(message) });
  });
});
