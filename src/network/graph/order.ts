import { SrganError } from '../../system/errors.js';
import type { Graph, Node } from './graph.js';

/**
 * The graph that leads to `output`; nodes that it does not need are left out.
 * @throws SrganError E_MODEL where an input is missing, the graph has a circle, or not exactly one input
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

/** The error for a network that cannot be what it says. */
export function damaged(title: string, reason: string, cause?: unknown): SrganError {
  return new SrganError('E_MODEL', `${title}: the network cannot be used: ${reason}.`, { cause });
}

/** What a pass has worked out for a node that came before; missing is a defect of the pass. */
export function known<T>(values: ReadonlyMap<string, T>, name: string): T {
  const value = values.get(name);
  if (value === undefined) throw new SrganError('E_INTERNAL', `The graph has no node '${name}' so early.`);
  return value;
}

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
