import type { DepthToSpaceNode } from '../../graph.js';
import type { OnnxNode, OnnxTensor } from './onnx-model.js';
import { isSide } from './onnx-reading.js';

/** A value of an ONNX model that is the value of a node, seen in another way. */
export interface View {
  /** Name of the node. */
  readonly of: string;
  readonly as: 'itself' | 'nhwc' | Split;
}

/** Its channels split into blocks of pixels, on the way to a depthToSpace. */
interface Split extends Pick<DepthToSpaceNode, 'block' | 'mode'> {
  /** The pixels of a block lie beside each other already. */
  readonly woven: boolean;
}

/**
 * What an operator makes that changes no value: another view, or the depthToSpace at the end of one.
 * @returns undefined for any other operator
 */
export function viewBy(
  { type, attributes, inputs }: OnnxNode,
  name: string,
  { of, as }: View,
  constants: ReadonlyMap<string, OnnxTensor>,
): View | DepthToSpaceNode | undefined {
  switch (type) {
    case 'Identity':
    case 'Dropout':
      return { of, as };
    case 'Cast':
      return castKeeps(attributes) ? { of, as } : undefined;
    case 'Gather': {
      // the first image of a batch, or several times the same one
      const indices = constants.get(inputs[1] ?? '')?.values;
      const first = attributes.get('axis')?.number ?? 0;
      return first === 0 && indices?.every((index) => index === 0) ? { of, as } : undefined;
    }
    case 'Transpose':
      return transposed({ of, as }, attributes.get('perm')?.numbers.join(' '));
    case 'Reshape':
      return reshaped(name, { of, as }, constants.get(inputs[1] ?? '')?.values);
    default:
      return undefined;
  }
}

const FLOATS = new Set([1, 10, 11]);

/** Whether a Cast leaves values as they are, but for their precision. */
export function castKeeps(attributes: OnnxNode['attributes'], tensor?: OnnxTensor): boolean {
  const whole = tensor?.values?.every((value) => Number.isInteger(value)) ?? false;
  return whole || FLOATS.has(attributes.get('to')?.number ?? 0);
}

function transposed({ of, as }: View, perm: string | undefined): View | undefined {
  if (as === 'itself') return perm === '0 2 3 1' ? { of, as: 'nhwc' } : undefined;
  if (as === 'nhwc') return perm === '0 3 1 2' ? { of, as: 'itself' } : undefined;
  const weaves = perm === (as.mode === 'CRD' ? '0 1 4 2 5 3' : '0 3 4 1 5 2');
  return weaves && !as.woven ? { of, as: { ...as, woven: true } } : undefined;
}

/** The way in which exporters of before the operator DepthToSpace, or of other tools, write it. */
function reshaped(
  name: string,
  { of, as }: View,
  shape: Float32Array | undefined,
): View | DepthToSpaceNode | undefined {
  const [, one, two, three] = shape ?? [];
  if (as === 'itself' && shape?.length === 6 && isSide(two)) {
    if (two === three) return { of, as: { block: two, mode: 'CRD', woven: false } };
    if (two === one) return { of, as: { block: two, mode: 'DCR', woven: false } };
  }
  if (typeof as === 'string' || !as.woven || shape?.length !== 4) return undefined;
  return { op: 'depthToSpace', name, inputs: [of], block: as.block, mode: as.mode };
}
