import { SrganError } from '../../system/errors.js';
import type { Graph, Node } from './graph.js';

/**
 * Builds the graph of the nodes that `output` depends on, in topological order.
 * @throws SrganError E_MODEL where an input is missing, the graph has a cycle, or it has not exactly one input
 */
export function graphOf(title: string, nodes: readonly Node[], output: string): Graph {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  if (byName.size !== nodes.length) throw damaged(title, 'two layers have the same name');
  const ordered = new Map<string, Node>();
  const open = new Set<string>();
  const pending = [output];

  for (let name = pending.at(-1); name !== undefined; name = pending.at(-1)) {
    const node = byName.get(name);
    if (!node) throw damaged(title, `layer '${name}' is missing`);
    const missing = node.inputs.filter((input) => !ordered.has(input));
    if (missing.length === 0 || ordered.has(name)) {
      ordered.set(name, node);
      open.delete(name);
      pending.pop();
      continue;
    }
    if (open.has(name)) throw damaged(title, `its layers go in a circle through '${name}'`);
    open.add(name);
    pending.push(...missing.toReversed());
  }

  const inputs = [...ordered.values()].filter(({ op }) => op === 'input');
  const [input] = inputs;
  if (!input || inputs.length > 1) throw damaged(title, `it has ${inputs.length} inputs where 1 is needed`);
  return { nodes: [...ordered.values()], input: input.name, output };
}

/** Makes the error for an inconsistent network. */
export function damaged(title: string, reason: string, cause?: unknown): SrganError {
  return new SrganError('E_MODEL', `${title}: the network cannot be used: ${reason}.`, { cause });
}

/** Returns what a pass has computed for an earlier node; a missing value is a bug in the pass. */
export function known<T>(values: ReadonlyMap<string, T>, name: string): T {
  const value = values.get(name);
  if (value === undefined) throw new SrganError('E_INTERNAL', `The graph has no node '${name}' so early.`);
  return value;
}

export type Users = (name: string) => readonly Node[];

/** Returns the users of each node's output. */
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

/** Returns the number of the last node that uses each tensor; for the result, one after the last node. */
export function lastUses({ nodes, output }: Pick<Graph, 'nodes' | 'output'>): Map<string, number> {
  const last = new Map<string, number>();
  nodes.forEach((node, i) => node.inputs.forEach((name) => last.set(name, i)));
  return last.set(output, nodes.length);
}
