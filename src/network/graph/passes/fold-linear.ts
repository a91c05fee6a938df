import { emitForms, type FoldedGraph } from '../emit-forms.js';
import type { Graph, Node } from '../graph.js';
import { formOf, groupsOf, itself, type Form, type Segment } from './linear-form.js';
import { known } from '../order.js';
import { LARGE_SIDE_PX, largeShapesOf, type Shape } from '../shapes.js';

/** Cost of reading and writing one value without computing anything, in multiply-adds. */
const TRAFFIC_MACS = 16;

/** Number of output channels that convolutions compute at a time. */
const LANES = 8;

/** Minimum gain that is worth another set of weights. */
const MIN_GAIN = 0.05;

const MAX_SWEEPS = 8;

/**
 * Replaces linear parts of a network by their composition where that costs less. Between nonlinear nodes every value is
 * a sum of linear maps of the input and of nonlinear results; the search chooses which values are computed and which are
 * only composed through. The result is equal wherever the zero padding of inner tensors has no effect, and comes with
 * what makes it equal there. Undefined where nothing is gained.
 */
export function foldLinear(title: string, graph: Graph): FoldedGraph | undefined {
  const problem = problemOf(title, graph);
  const plain = expressed(problem, problem.choices);
  const best = [problem.choices, new Set<string>()]
    .map((start) => improved(problem, start))
    .reduce((one, other) => (other.cost < one.cost ? other : one));
  if (best.cost > (1 - MIN_GAIN) * plain.cost) return undefined;
  return emitForms(title, graph, { linear: problem.linear, ...best });
}

interface Problem {
  readonly graph: Graph;
  readonly shapes: ReadonlyMap<string, Shape>;
  readonly linear: ReadonlySet<string>;
  /** Linear values that are used by a nonlinear node. */
  readonly roots: ReadonlySet<string>;
  /** Linear values that can be computed or composed through. */
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
  /** Form of each linear value that is computed. */
  readonly forms: ReadonlyMap<string, Form>;
  /** Form of every value from the point of view of its users; a computed value stands for itself. */
  readonly seen: ReadonlyMap<string, Form>;
  readonly cost: number;
}

/** Local search: returns the cheapest solution reached by changing one choice at a time. */
function improved(problem: Problem, start: ReadonlySet<string>): Solution {
  let best = expressed(problem, start);
  for (let sweep = 0; sweep < MAX_SWEEPS; sweep += 1) {
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
  return { computed, forms, seen: values, cost };
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
