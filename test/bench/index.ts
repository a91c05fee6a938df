/** npm run bench [-- NAME...]: prints a table for each measurement; without names all but the long ones. */
import { machine } from './alternate.js';
import { engines } from './engines.js';
import { fold } from './fold.js';
import { memory } from './memory.js';
import { overhead } from './overhead.js';
import { startup } from './startup.js';

const all: Record<string, { run: () => Promise<void>; long?: true }> = {
  startup: { run: startup },
  overhead: { run: overhead },
  engines: { run: engines, long: true },
  fold: { run: fold, long: true },
  memory: { run: memory, long: true },
};

const names = process.argv.slice(2);
const unknown = names.filter((name) => !(name in all) && name !== 'all');
if (unknown.length > 0) {
  console.error(
    `There is no measurement ${unknown.join(', ')}; there are ${Object.keys(all).join(', ')}, all.`,
  );
  process.exit(2);
}

console.log(machine());
for (const [name, { run, long }] of Object.entries(all)) {
  if (names.length === 0 ? !long : names.includes(name) || names.includes('all')) await run();
}
