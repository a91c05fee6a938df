import type { Graph, Node } from './graph.js';

export type Users = (name: string) => readonly Node[];

/** The nodes that take what a node makes. */
export function usersOf({ nodes }: Graph): Users {
  const users = new Map<string, Node[]>();
  for (const node of nodes) {
    for (const input of new Set(node.inputs)) {
      const known = users.get(input) ?? [];
      users.set(input, known);
      known.push(node);
    }
  }
  return (name) => users.get(name) ?? [];
}

/** The number of the last node that takes each tensor; of the result one after the last. */
export function lastUses({ nodes, output }: Pick<Graph, 'nodes' | 'output'>): Map<string, number> {
  const last = new Map<string, number>();
  nodes.forEach((node, i) => node.inputs.forEach((name) => last.set(name, i)));
  return last.set(output, nodes.length);
}
