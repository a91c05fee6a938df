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
