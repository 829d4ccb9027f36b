interface Graph {
  readonly nodes: readonly string[];
  readonly edges: readonly (readonly [string, string])[];
}

/** Words that mean something to Mermaid where a name is expected. */
const RESERVED = new Set('end graph flowchart subgraph style class click default direction linkStyle'.split(' '));

/** A graph as text that Mermaid draws. */
export function mermaidOf({ nodes, edges }: Graph): string {
  const id = (name: string) => (/^\w+$/.test(name) && !RESERVED.has(name) ? name : `n${nodes.indexOf(name) + 1}`);
  const connected = new Set(edges.flat());
  const labels = nodes.filter((name) => id(name) !== name || !connected.has(name));
  return [
    'flowchart LR',
    ...labels.map((name) => `  ${id(name)}${id(name) === name ? '' : `["${name.replaceAll('"', '#quot;')}"]`}`),
    ...edges.map(([leader, follower]) => `  ${id(leader)} --> ${id(follower)}`),
  ].join('\n');
}
