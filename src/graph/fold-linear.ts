import type { Graph, Node } from './graph.js';
import { toConv, type Kernel } from './kernel.js';
import { formOf, itself, type Form, type Segment } from './linear-form.js';
import { graphOf, known } from './order.js';
import { LARGE_SIDE_PX, largeShapesOf, type Shape } from './shapes.js';

/** What reading and writing one value costs where nothing is computed, in multiply-adds. */
const TRAFFIC_MACS = 16;

/** Convolutions are computed for so many output channels at a time. */
const LANES = 8;

/** A gain below this is not worth another set of weights. */
const LEAST_GAIN = 0.05;

const MOST_SWEEPS = 8;

/**
 * Replaces linear parts of a network by their composition where that costs less. Between nonlinear nodes
 * every value is a sum of linear maps of the input and of nonlinear results; which values are computed for
 * their own sake, and which are only composed through, is what is chosen. The result is the same wherever the
 * zeros around inner tensors are not felt; a network that gains nothing is returned as it is.
 */
export function foldLinear(title: string, graph: Graph): Graph {
  const problem = problemOf(title, graph);
  const plain = expressed(problem, problem.choices);
  const best = [problem.choices, new Set<string>()]
    .map((start) => improved(problem, start))
    .reduce((one, other) => (other.cost < one.cost ? other : one));
  if (best.cost > (1 - LEAST_GAIN) * plain.cost) return graph;
  return graphOf(title, emitted(problem, best), graph.output);
}

interface Problem {
  readonly graph: Graph;
  readonly shapes: ReadonlyMap<string, Shape>;
  readonly linear: ReadonlySet<string>;
  /** Linear values that something else than a linear node needs. */
  readonly roots: ReadonlySet<string>;
  /** Linear values that may be computed or composed through. */
  readonly choices: ReadonlySet<string>;
}

function problemOf(title: string, graph: Graph): Problem {
  const shapes = largeShapesOf(title, graph);
  const isLinear = (node: Node) => {
    const inputs = node.inputs.map((name) => itself(name, known(shapes, name).channels));
    return formOf(node, inputs) !== undefined;
  };
  const linearNodes = graph.nodes.filter(isLinear);
  const linear = new Set(linearNodes.map(({ name }) => name));
  const others = graph.nodes.filter(({ name }) => !linear.has(name));
  const needed = [graph.output, ...others.flatMap(({ inputs }) => inputs)];
  const roots = new Set(needed.filter((name) => linear.has(name)));
  const choices = linearNodes.filter(({ name, op }) => op !== 'concat' && !roots.has(name));
  return { graph, shapes, linear, roots, choices: new Set(choices.map(({ name }) => name)) };
}

interface Solution {
  readonly computed: ReadonlySet<string>;
  /** Of each linear value that is computed. */
  readonly forms: ReadonlyMap<string, Form>;
  readonly cost: number;
}

/** The cheapest that is reached by changing one choice at a time. */
function improved(problem: Problem, start: ReadonlySet<string>): Solution {
  let best = expressed(problem, start);
  for (let sweep = 0; sweep < MOST_SWEEPS; sweep += 1) {
    const before = best.cost;
    for (const name of problem.choices) {
      const computed = new Set(best.computed);
      if (!computed.delete(name)) computed.add(name);
      const other = expressed(problem, computed);
      if (other.cost < best.cost) best = other;
    }
    if (best.cost === before) break;
  }
  return best;
}

function expressed({ graph, shapes, linear, roots }: Problem, computed: ReadonlySet<string>): Solution {
  const values = new Map<string, Form>();
  const forms = new Map<string, Form>();
  for (const node of graph.nodes) {
    const { channels } = known(shapes, node.name);
    const form = linear.has(node.name)
      ? formOf(
          node,
          node.inputs.map((name) => known(values, name)),
        )
      : undefined;
    const own = computed.has(node.name) || roots.has(node.name);
    if (form && own) forms.set(node.name, form);
    values.set(node.name, form && (!own || node.op === 'concat') ? form : itself(node.name, channels));
  }

  const needed = new Set([...roots]);
  let cost = 0;
  for (const { name } of graph.nodes.toReversed()) {
    const form = forms.get(name);
    if (!form) continue;
    if (!needed.has(name)) {
      forms.delete(name);
      continue;
    }
    for (const { terms } of form) for (const base of terms.keys()) needed.add(base);
    const { height, width } = known(shapes, name);
    cost += (costOf(form) * height * width) / LARGE_SIDE_PX ** 2;
  }
  return { computed, forms, cost };
}

function costOf(form: Form): number {
  const joining = form.length > 1 ? form.reduce((sum, { channels }) => sum + channels, 0) : 0;
  return form.reduce((sum, segment) => sum + costOfSegment(segment), joining * TRAFFIC_MACS);
}

function costOfSegment({ channels, terms }: Segment): number {
  let cost = 0;
  let pieces = 0;
  for (const group of groupsOf(terms)) {
    pieces += 1;
    const inputs = group.reduce((sum, [, { inChannels }]) => sum + inChannels, 0);
    const [, kernel] = group[0] as (typeof group)[0];
    if (kernel.kind === 'dense') {
      cost += Math.ceil(channels / LANES) * LANES * inputs * kernel.box.height * kernel.box.width;
      if (group.length > 1) cost += inputs * TRAFFIC_MACS;
    } else if (kernel.kind === 'diagonal') {
      cost += channels * TRAFFIC_MACS;
    }
  }
  return cost + (pieces - 1) * channels * TRAFFIC_MACS;
}

type Term = readonly [name: string, kernel: Kernel];

/** Terms that one convolution can compute, since their maps read the same neighbourhood. */
function groupsOf(terms: ReadonlyMap<string, Kernel>): (readonly Term[])[] {
  const groups = new Map<string, Term[]>();
  for (const term of terms) {
    const [name, { kind, box }] = term;
    const key = kind === 'dense' ? `${box.top} ${box.left} ${box.height} ${box.width}` : `${kind} of ${name}`;
    const group = groups.get(key);
    if (group) group.push(term);
    else groups.set(key, [term]);
  }
  // a convolution takes the constant for nothing, where there is one
  const all = [...groups.values()];
  const isDense = (group: readonly Term[]) => group[0]?.[1].kind === 'dense';
  return [...all.filter(isDense), ...all.filter((group) => !isDense(group))];
}

function emitted({ graph, linear }: Problem, { forms }: Solution): Node[] {
  const nodes: Node[] = graph.nodes.filter(({ name }) => !linear.has(name));
  const joined = new Map<string, string>();

  const join = (name: string, inputs: readonly string[]): string => {
    const [only = ''] = inputs;
    if (inputs.length === 1) return only;
    const key = JSON.stringify(inputs);
    const existing = joined.get(key);
    if (existing !== undefined) return existing;
    nodes.push({ op: 'concat', name, inputs });
    joined.set(key, name);
    return name;
  };

  for (const [name, form] of forms) {
    const [only] = form;
    if (form.length === 1 && only) {
      emitSegment(name, only);
    } else {
      const parts = form.map((segment, i) => aliasOf(segment) ?? emitSegment(`${name}/${i}`, segment));
      nodes.push({ op: 'concat', name, inputs: parts });
    }
  }
  return nodes;

  function emitSegment(name: string, { channels, terms, bias }: Segment): string {
    const groups = groupsOf(terms);
    const addsUp = groups.length > 1;
    let constant = bias;
    const pieces = groups.map((group, i) => {
      const piece = addsUp ? `${name}/${i}` : name;
      const [source, kernel] = group[0] as Term;
      if (kernel.kind === 'dense') {
        const input = join(
          `${piece}/inputs`,
          group.map(([input]) => input),
        );
        const conv = toConv(
          group.map(([, each]) => each),
          constant?.(),
        );
        nodes.push({ ...conv, name: piece, inputs: [input] });
      } else {
        if (addsUp && kernel.kind === 'identity' && !constant) return source;
        const scale = Float32Array.from(kernel.values());
        const offset = Float32Array.from(constant?.() ?? new Float64Array(channels));
        nodes.push({ op: 'affine', name: piece, inputs: [source], scale, offset });
      }
      constant = undefined;
      return piece;
    });
    if (addsUp) nodes.push({ op: 'add', name, inputs: pieces });
    return name;
  }
}

/** The value that a segment is, where it is no more than that. */
function aliasOf({ terms, bias }: Segment): string | undefined {
  const [[name, kernel] = [undefined, undefined]] = terms;
  return terms.size === 1 && kernel?.kind === 'identity' && !bias ? name : undefined;
}
