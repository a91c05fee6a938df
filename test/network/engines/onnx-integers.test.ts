import { readFileSync } from 'node:fs';
import { integersAreExact } from '../../../src/network/engines/onnx-integers.js';
import { testWhere } from '../../helpers/where.js';

const hasVnni =
  process.platform === 'linux' && /\bavx(?:512)?_vnni\b/.test(readFileSync('/proc/cpuinfo', 'utf8'));

testWhere(hasVnni, 'it needs Linux on a processor with VNNI')('with VNNI integers are exact', async (t) => {
  t.true(await integersAreExact());
});
