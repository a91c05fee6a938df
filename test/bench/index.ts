/**
 * npm run bench [-- NAME... [--OPTION VALUE...]]: prints a table for each measurement; without names all but the long
 * ones. Options are those of `networks`.
 */
import { machineText, thisMachine } from '../../src/report/measured-machine.js';
import { balance, balanceQuick } from './balance.js';
import { engines } from './engines.js';
import { jobs } from './jobs.js';
import { jobsScale } from './jobs-scale.js';
import { memory } from './memory.js';
import { networks } from './networks/networks.js';
import { overhead } from './overhead.js';
import { peers } from './peers.js';
import { png } from './png.js';
import { profile } from './profile.js';
import { resume } from './resume.js';
import { reuseWays } from './reuse-ways.js';
import { serve } from './serve.js';
import { speedup } from './speedup.js';
import { spill } from './spill.js';
import { startup } from './startup.js';
import { stress } from './stress.js';
import { threadsMemory } from './threads-memory.js';
import { video } from './video.js';

const all: Record<string, { run: (options: readonly string[]) => Promise<void>; long?: true }> = {
  startup: { run: startup },
  overhead: { run: overhead },
  profile: { run: profile },
  engines: { run: engines, long: true },
  png: { run: png },
  peers: { run: peers, long: true },
  networks: { run: networks, long: true },
  memory: { run: memory, long: true },
  'threads-memory': { run: threadsMemory, long: true },
  balance: { run: balance, long: true },
  'balance-quick': { run: balanceQuick },
  speedup: { run: speedup, long: true },
  spill: { run: spill, long: true },
  resume: { run: resume, long: true },
  jobs: { run: jobs, long: true },
  'jobs-scale': { run: jobsScale, long: true },
  serve: { run: serve, long: true },
  stress: { run: stress, long: true },
  video: { run: video, long: true },
  'video-reuse': { run: reuseWays, long: true },
};

const args = process.argv.slice(2);
const firstOption = args.findIndex((arg) => arg.startsWith('--'));
const names = firstOption === -1 ? args : args.slice(0, firstOption);
const options = firstOption === -1 ? [] : args.slice(firstOption);
const unknown = names.filter((name) => !(name in all) && name !== 'all');
if (unknown.length > 0) {
  console.error(
    `There is no measurement ${unknown.join(', ')}; there are ${Object.keys(all).join(', ')}, all.`,
  );
  process.exit(2);
}

console.log(machineText(await thisMachine()));
for (const [name, { run, long }] of Object.entries(all)) {
  if (names.length === 0 ? !long : names.includes(name) || names.includes('all')) await run(options);
}
