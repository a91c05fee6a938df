import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { spread, type Spread } from '../../src/flow/measured-runs/timed-run.js';

/** What one arm prints as its last line of stdout. */
export interface Measured {
  seconds: number;
  inputMpx: number;
  peakRssBytes: number;
  [more: string]: unknown;
}

export interface Arm {
  name: string;
  /** File in arms/, without extension, and its arguments. */
  script: string;
  args?: readonly string[];
}

export interface Figures {
  name: string;
  mpxPerSecond: Spread;
  peakRssMb: Spread;
  runs: Measured[];
}

/** Runs the arms in turn, A B A B ..., each in a process of its own, so that drift hits all alike. */
export async function alternate(arms: readonly Arm[], rounds: number): Promise<Figures[]> {
  const runs = arms.map((): Measured[] => []);
  for (let round = 0; round < rounds; round++) {
    for (const [index, arm] of arms.entries()) runs[index]!.push(await runArm(arm));
  }
  return arms.map((arm, index) => ({
    name: arm.name,
    mpxPerSecond: spread(runs[index]!.map((run) => run.inputMpx / run.seconds)),
    peakRssMb: spread(runs[index]!.map((run) => run.peakRssBytes / 1e6)),
    runs: runs[index]!,
  }));
}

/** Ratio of the seconds of two arms, round by round. */
export function ratio(slow: Figures, quick: Figures): Spread {
  return spread(slow.runs.map((run, round) => run.seconds / quick.runs[round]!.seconds));
}

export async function runArm(arm: Arm): Promise<Measured> {
  const script = fileURLToPath(new URL(`arms/${arm.script}.js`, import.meta.url));
  const child = spawn(process.execPath, [script, ...(arm.args ?? [])], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let stdout = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject).on('close', resolve);
  });
  if (exitCode !== 0) throw new Error(`${arm.name}: exit ${exitCode}\n${stdout}`);
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as Measured;
}
