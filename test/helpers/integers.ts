import { integersAreExact } from '../../src/network/engines/onnx-integers.js';
import { testWhere } from './where.js';

/** Where it is not so, `--precision int8` runs in fp32. */
export const onExactIntegers = testWhere(
  await integersAreExact(),
  'this processor overflows on integers of 8 bits, as x86 without VNNI does',
);
