import { axisOf, statedPads, type ConvNode, type Extent, type Node, type Pads } from '../graph.js';
import { once } from './kernel.js';
import type { Kernel } from './kernel-values.js';
import { added, formOf, type Form, type Segment } from './linear-form.js';
import { known } from '../order.js';

/** What a linear value is near one side of the image, where the zeros around inner tensors are felt. */
export interface Lines {
  /** Rows or columns in which they are felt; farther inside the form is the same everywhere. */
  readonly count: number;
  /** @param line counted from the side, 0 .. count - 1 */
  readonly at: (line: number) => Form;
}

export interface LinearValues {
  /** The linear nodes, inputs first. */
  readonly nodes: readonly Node[];
  /** The form of each value, as those see it that use it: one that is computed stands for itself. */
  readonly seen: ReadonlyMap<string, Form>;
  /** Whether a value stands for itself. */
  readonly isBase: (name: string) => boolean;
}

/**
 * The lines of every linear value near each side. Only positions inside the image are read, and what lies
 * beyond it is 0, as it is to the network itself.
 */
export function linesNear(values: LinearValues): (side: keyof Pads) => Map<string, Lines> {
  const { nodes, seen, isBase } = values;
  const innerTaps = new Map<string, () => Form>();

  return (side) => {
    const all = new Map<string, Lines>();
    for (const node of nodes) {
      const inputs = node.inputs.map((name) => (isBase(name) ? NO_LINES : known(all, name)));
      all.set(
        node.name,
        node.op === 'conv' ? convolved(node, side, inputs[0] ?? NO_LINES) : pointwise(node, inputs),
      );
    }
    return all;
  };

  function pointwise(node: Node, inputs: readonly Lines[]): Lines {
    const count = Math.max(...inputs.map((input) => input.count));
    const at = (line: number) => {
      const forms = inputs.map((input, i) => formAt(input, node.inputs[i], line));
      return formOf(node, forms) ?? [];
    };
    return { count, at: byLine(at) };
  }

  /** A line is the sum of what each line of taps makes of the line that it falls on. */
  function convolved(node: ConvNode, side: keyof Pads, input: Lines): Lines {
    const { bias, outChannels: channels, kernel } = node;
    const [inputName = ''] = node.inputs;
    const pad = statedPads(node)[side];
    const count = known(seen, inputName).some(leaks) ? input.count + pad : 0;
    const constant: Segment = { channels, terms: new Map(), bias: bias && (() => Float64Array.from(bias)) };
    const at = (line: number) => {
      let sum: Form = [constant];
      for (let tap = 0; tap < kernel[axisOf(side)]; tap += 1) {
        const from = line + tap - pad;
        if (from >= 0)
          sum = added(
            sum,
            ofTaps(node, inputName, side, tap, from < input.count ? input.at(from) : undefined),
          );
      }
      return sum;
    };
    return { count, at: byLine(at) };
  }

  /** What one line of a convolution's taps makes of a form; of the form inside the image only once. */
  function ofTaps(
    node: ConvNode,
    input: string,
    side: keyof Pads,
    tap: number,
    form: Form | undefined,
  ): Form {
    const axis = axisOf(side);
    const index = side === 'top' || side === 'left' ? tap : node.kernel[axis] - 1 - tap;
    const made = (of: Form) => formOf(tapLine(node, axis, index), [of]) ?? [];
    if (form) return made(form);
    const key = `${axis} ${index} ${node.name}`;
    const inner = innerTaps.get(key) ?? once(() => made(known(seen, input)));
    innerTaps.set(key, inner);
    return inner();
  }

  function formAt({ count, at }: Lines, name = '', line: number): Form {
    return line < count ? at(line) : known(seen, name);
  }
}

const NO_LINES: Lines = {
  count: 0,
  at: () => {
    throw new RangeError('There are no lines.');
  },
};

/** Whether it is not 0 beyond the image, where what it is made of is 0. */
function leaks({ terms, bias }: Segment): boolean {
  return bias !== undefined || ![...terms.values()].every(isPoint);
}

function isPoint({ kind, box: { top, left, height, width } }: Kernel): boolean {
  return kind !== 'dense' || (top === 0 && left === 0 && height === 1 && width === 1);
}

/** The taps of one row or column of a convolution, which may lie on either side of the position that is made. */
function tapLine(node: ConvNode, axis: keyof Extent, index: number): ConvNode {
  const { kernel, weights } = node;
  const line: Extent = { ...kernel, [axis]: 1 };
  const own = new Float32Array(weights.length / kernel[axis]);
  const [skipped, step] = axis === 'height' ? [index * kernel.width, 1] : [index, kernel.width];
  let at = 0;
  for (let plane = 0; plane < weights.length; plane += kernel.height * kernel.width) {
    for (let i = 0; i < line.height * line.width; i += 1) {
      own[at++] = weights[plane + skipped + i * step] as number;
    }
  }
  const { top, left } = statedPads(node);
  const first = axis === 'height' ? { top: top - index, left } : { top, left: left - index };
  const rest = { bottom: line.height - 1 - first.top, right: line.width - 1 - first.left };
  return { ...node, kernel: line, weights: own, bias: undefined, pads: { ...first, ...rest } };
}

function byLine(make: (line: number) => Form): (line: number) => Form {
  const made = new Map<number, Form>();
  return (line) => {
    const form = made.get(line) ?? make(line);
    made.set(line, form);
    return form;
  };
}
