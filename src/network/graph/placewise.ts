import type { Node } from './graph.js';

const OPS = new Set<Node['op']>([
  'activation',
  'leakyRelu',
  'prelu',
  'clip',
  'affine',
  'add',
  'mul',
  'concat',
  'select',
]);

/** Whether each position of the result looks at that position of the inputs alone, and lies where it does. */
export const isPlacewise = ({ op }: Node): boolean => OPS.has(op);
