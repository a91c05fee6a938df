/** `npm run fuzz -- --cases N --seed S`: as many damaged images as one likes. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { fuzz } from './run.js';

const { values } = parseArgs({
  options: { cases: { type: 'string', default: '20000' }, seed: { type: 'string', default: '1' } },
});
const directory = await mkdtemp(path.join(tmpdir(), 'srgan-fuzz-'));
console.log(`The case in hand is in ${directory}.`);
const { ends, wrong } = await fuzz(directory, Number(values.cases), Number(values.seed));
console.table(ends);
for (const sentence of wrong) console.log(sentence);
console.log(`${values.cases} cases with seed ${values.seed}, ${wrong.length} wrong`);
await rm(directory, { recursive: true });
process.exitCode = wrong.length > 0 ? 1 : 0;
