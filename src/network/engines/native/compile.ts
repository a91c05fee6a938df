import type { Program } from '../../../contract/engine.js';
import { fraction } from '../../../system/measures.js';
import type { ConvNode, Graph, Node } from '../../graph/graph.js';
import { known, usersOf, type Users } from '../../graph/order.js';
import { largeShapesOf, type Shape } from '../../graph/shapes.js';
import { prepared } from './native-passes.js';
import { ProgramWriter, UNARIES, type UnaryKind } from './program.js';

/** Activations that are a slope below 0. */
type Slopes = number | Float32Array;

interface Compiling {
  readonly writer: ProgramWriter;
  readonly shapes: ReadonlyMap<string, Shape>;
  readonly users: Users;
  readonly nodes: ReadonlyMap<string, Node>;
  readonly output: string;
  /** By the name of a node, the number of the operation that makes its value. */
  readonly made: Map<string, number>;
  /** Nodes that are made together with the one that uses them. */
  readonly absorbed: ReadonlySet<string>;
}

/**
 * Nodes that convolutions do in passing (activations, sums, a factor) become a part of these.
 * @returns the program, or what the native engine lacks for it, for people
 */
export function compile(title: string, source: Graph): Program | { readonly missing: string } {
  const graph = prepared(title, source);
  const missing = graph.nodes.map(lacking).find((reason) => reason !== undefined);
  if (missing !== undefined) return { missing };
  const users = usersOf(graph);
  const nodes = new Map(graph.nodes.map((node) => [node.name, node]));
  const shapes = largeShapesOf(title, graph);
  const absorbed = absorbable(graph, users, nodes, shapes);
  const compiling: Compiling = {
    writer: new ProgramWriter(),
    shapes,
    users,
    nodes,
    output: graph.output,
    made: new Map(),
    absorbed,
  };
  const last = nodes.get(graph.output);
  const block = last?.op === 'depthToSpace' && last.mode === 'DCR' && last.block <= 16 ? last.block : 1;
  for (const node of graph.nodes) {
    if (absorbed.has(node.name) || (block > 1 && node.name === graph.output)) continue;
    compiling.made.set(node.name, emit(compiling, node));
  }
  const result = block > 1 ? (last?.inputs[0] ?? '') : graph.output;
  compiling.writer.push('output', [known(compiling.made, result)], [block]);
  return compiling.writer.finish();
}

/** What a node has that no kernel does. */
function lacking(node: Node): string | undefined {
  switch (node.op) {
    case 'conv':
      return node.groups === 1 ? undefined : 'convolutions in groups';
    case 'input':
      return node.channels <= 16 ? undefined : 'more than 16 channels of input';
    case 'resample':
      return [node.factor.height, node.factor.width].every((factor) => {
        const [above, below] = fraction(factor);
        return Math.abs(above / below - factor) < 1e-9 && above <= 10000;
      })
        ? undefined
        : 'a factor of resampling that is no simple fraction';
    case 'upsample':
      return [node.factor.height, node.factor.width].every(
        (factor) => Number.isInteger(factor) && factor <= 64,
      )
        ? undefined
        : 'a factor of enlargement that is no whole number';
    case 'narrow':
    case 'take':
    case 'transpose':
    case 'unroll':
    case 'join':
      return `the operator '${node.op}'`;
    default:
      return undefined;
  }
}

/** Nodes whose value only the next one sees, and which that does in passing. */
function absorbable(
  graph: Graph,
  users: Users,
  nodes: ReadonlyMap<string, Node>,
  shapes: ReadonlyMap<string, Shape>,
): Set<string> {
  const absorbed = new Set<string>();
  const single = (name: string) => users(name).length === 1 && name !== graph.output;
  const sameSize = (one: string, other: string) => {
    const [a, b] = [known(shapes, one), known(shapes, other)];
    return a.height === b.height && a.width === b.width;
  };
  for (const node of graph.nodes) {
    const [first = '', second = ''] = node.inputs;
    if (slopesOf(node) !== undefined && nodes.get(first)?.op === 'conv' && single(first)) {
      absorbed.add(first);
    } else if (node.op === 'add' && node.inputs.length === 2 && first !== second && sameSize(first, second)) {
      // of two convolutions the last: the other is needed at once
      const chosen = [second, first].find((name) => single(name) && isConvolved(nodes, absorbed, name));
      if (chosen !== undefined) absorbed.add(chosen);
    } else if (node.op === 'mul' && node.inputs.length === 2) {
      const gate = nodes.get(second);
      if (
        gate?.op === 'activation' &&
        gate.activation === 'sigmoid' &&
        gate.inputs[0] === first &&
        single(second)
      )
        absorbed.add(second);
    }
  }
  return absorbed;
}

/** A convolution, perhaps with its activation. */
function isConvolved(nodes: ReadonlyMap<string, Node>, absorbed: ReadonlySet<string>, name: string): boolean {
  const node = nodes.get(name);
  if (!node || absorbed.has(name)) return false;
  return node.op === 'conv' || (slopesOf(node) !== undefined && absorbed.has(node.inputs[0] ?? ''));
}

function slopesOf(node: Node): Slopes | undefined {
  if (node.op === 'leakyRelu') return node.slope;
  if (node.op === 'prelu') return node.slopes;
  return node.op === 'activation' && node.activation === 'relu' ? 0 : undefined;
}

function emit(compiling: Compiling, node: Node): number {
  const { writer, shapes, nodes, absorbed, made } = compiling;
  const inputs = () => node.inputs.map((name) => known(made, name));
  const channels = known(shapes, node.name).channels;
  const spread = (values: Float32Array | number) =>
    typeof values === 'number'
      ? new Float32Array(channels).fill(values)
      : values.length === 1
        ? new Float32Array(channels).fill(values[0] ?? 0)
        : values;
  const unary = (kind: UnaryKind, of: readonly number[], ...values: (Float32Array | number)[]) =>
    writer.push('unary', of, [UNARIES.indexOf(kind), ...values.map((each) => writer.numbers(spread(each)))]);

  switch (node.op) {
    case 'input':
    case 'given':
      return writer.push(node.op, [], [node.channels]);
    case 'conv':
      return emitConv(compiling, node, undefined);
    case 'leakyRelu':
    case 'prelu':
    case 'activation': {
      const slopes = slopesOf(node);
      const before = nodes.get(node.inputs[0] ?? '');
      if (slopes !== undefined) {
        return before?.op === 'conv' && absorbed.has(before.name)
          ? emitConv(compiling, before, spread(slopes))
          : unary('prelu', inputs(), slopes);
      }
      return unary(
        node.op === 'activation' && node.activation !== 'relu' ? node.activation : 'sigmoid',
        inputs(),
      );
    }
    case 'clip':
      return unary('clip', inputs(), node.min, node.max);
    case 'affine':
      return unary('affine', inputs(), node.scale, node.offset);
    case 'add': {
      const own = node.inputs.find((name) => absorbed.has(name));
      const convolved = own === undefined ? undefined : nodes.get(own);
      if (convolved) {
        const other = node.inputs.find((name) => name !== own) ?? '';
        const conv = convolved.op === 'conv' ? convolved : nodes.get(convolved.inputs[0] ?? '');
        const slopes = convolved.op === 'conv' ? undefined : slopesOf(convolved);
        if (conv?.op === 'conv')
          return emitConv(
            compiling,
            conv,
            slopes === undefined ? undefined : spread(slopes),
            known(made, other),
          );
      }
      // a value that fills all positions comes first
      const [ones, all] = [inputs(), known(shapes, node.name)];
      const full = node.inputs.findIndex((name) => known(shapes, name).height === all.height);
      ones.unshift(...ones.splice(Math.max(0, full), 1));
      return writer.push('sum', ones, [writer.numbers(new Float32Array(ones.length).fill(1))]);
    }
    case 'mul': {
      const [first = '', second = ''] = node.inputs;
      if (absorbed.has(second)) return unary('silu', [known(made, first)]);
      return writer.push('multiply', inputs());
    }
    case 'concat':
      return writer.push('concat', inputs());
    case 'upsample':
      return writer.push('upsample', inputs(), [node.factor.height, node.factor.width]);
    case 'resample': {
      const factors = [...fraction(node.factor.height), ...fraction(node.factor.width)];
      return writer.push('resample', inputs(), [...factors, Number(node.kernel === 'cubic')]);
    }
    case 'depthToSpace':
      return writer.push('depthToSpace', inputs(), [node.block, Number(node.mode === 'CRD')]);
    case 'select':
      return writer.push('select', inputs(), [
        node.channels.length,
        writer.numbers(Float32Array.from(node.channels)),
      ]);
    case 'pad': {
      const { top, left, bottom, right } = node.pads;
      return writer.push('pad', inputs(), [top, left, bottom, right]);
    }
    case 'crop': {
      const { top, left, bottom, right } = node.edges;
      return writer.push('crop', inputs(), [top, left, bottom, right]);
    }
    case 'mean':
      return writer.push('mean', inputs());
    default:
      throw new RangeError(`There is no kernel for '${node.op}'.`);
  }
}

function emitConv(
  { writer, made }: Compiling,
  node: ConvNode,
  slopes: Float32Array | undefined,
  added?: number,
): number {
  const { inChannels, outChannels, kernel, strides, dilations, pads, weights, bias } = node;
  const zeros = pads === 'same' ? [-1, -1, -1, -1] : [pads.top, pads.left, pads.bottom, pads.right];
  const input = known(made, node.inputs[0] ?? '');
  return writer.push('conv', added === undefined ? [input] : [input, added], [
    inChannels,
    outChannels,
    kernel.height,
    kernel.width,
    strides.height,
    strides.width,
    dilations.height,
    dilations.width,
    ...zeros,
    writer.numbers(weights),
    bias ? writer.numbers(bias) : -1,
    slopes ? writer.numbers(slopes) : -1,
  ]);
}
