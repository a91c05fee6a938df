import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import sharp from 'sharp';
import { spread, type Spread } from '../../../src/flow/measured-runs/timed-run.js';
import { openNetworks } from '../../../src/network/models/networks.js';
import { machineText, thisMachine } from '../../../src/report/measured-machine.js';
import { writeImages } from '../../../src/flow/measured-runs/scene.js';
import { heading, range, table } from '../print.js';
import { benchedNetworks, type BenchedNetwork } from './benched-networks.js';
import { openArm, type Arm, type ArmName, type Turn } from './arms.js';

/** What one network came to, as `--json` writes it. */
export interface NetworkFigures {
  readonly network: string;
  readonly threads: number;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly inputMpxPerSecond: Partial<Record<ArmName, Spread>>;
  /** How many times as fast our kernels are, round by round. */
  readonly nativeTimes: Partial<Record<ArmName, Spread>>;
}

export interface NetworksDocument {
  readonly machine: string;
  readonly rounds: number;
  readonly figures: readonly NetworkFigures[];
}

/** About as many multiply-adds as an image has, so that each run takes some tenths of a second. */
const MACS = 20e9;

/**
 * Our kernels against onnxruntime with all we do for it, onnxruntime alone on the published network, and ncnn. Each
 * arm is a process that has the network loaded; runs of all arms alternate, one by one.
 */
export async function networks(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      networks: { type: 'string', default: '' },
      threads: { type: 'string', default: '1,2' },
      rounds: { type: 'string', default: '5' },
      arms: { type: 'string', default: 'native,onnx,alone,ncnn' },
      json: { type: 'string' },
    },
  });
  const listed = (list: string) => list.split(',').filter((each) => each !== '');
  const wanted = listed(values.networks);
  const arms = listed(values.arms) as ArmName[];
  const rounds = Number(values.rounds);
  const machine = machineText(await thisMachine());
  const figures: NetworkFigures[] = [];
  for (const threads of listed(values.threads).map(Number)) {
    const of: NetworkFigures[] = [];
    for await (const network of benchedNetworks(wanted)) {
      of.push(await measure(network, arms, threads, rounds));
      const [last] = of.slice(-1);
      await keep([...figures, ...of]);
      console.error(`${last!.network}: ${text(last!.nativeTimes)}`);
    }
    const mode = threads === 1 ? 'seconds of one core' : `${threads} threads, ${threads} images at once`;
    heading(`Networks, pixels to pixels, ${mode}, ${rounds} rounds, median (min..max)`);
    table([
      [
        'network',
        'pixels',
        ...arms.map((arm) => `${arm}, Mpx/s`),
        ...others(arms).map((arm) => `times ${arm}`),
      ],
      ...of.map(({ network, widthPx, heightPx, inputMpxPerSecond, nativeTimes }) => [
        network,
        `${widthPx} × ${heightPx}`,
        ...arms.map((arm) => cell(inputMpxPerSecond[arm], 3)),
        ...others(arms).map((arm) => cell(nativeTimes[arm], 2)),
      ]),
    ]);
    figures.push(...of);
  }

  /** At once, so that a run that is broken off leaves what it has. */
  async function keep(all: readonly NetworkFigures[]): Promise<void> {
    if (values.json === undefined) return;
    const document: NetworksDocument = { machine, rounds, figures: all };
    await writeFile(values.json, `${JSON.stringify(document, null, 2)}\n`);
  }
}

const others = (arms: readonly ArmName[]) => arms.filter((arm) => arm !== 'native');
const cell = (values: Spread | undefined, digits: number) => (values ? range(values, digits) : '');
const text = (times: NetworkFigures['nativeTimes']) =>
  Object.entries(times)
    .map(([arm, values]) => `${range(values)} × ${arm}`)
    .join(', ');

async function measure(
  network: BenchedNetwork,
  arms: readonly ArmName[],
  threads: number,
  rounds: number,
): Promise<NetworkFigures> {
  const { file, name } = network;
  const networks = openNetworks({ engine: 'onnx', device: 'cpu', fold: false });
  const { defaultFactor } = await networks.describe(file);
  const factor = network.factor ?? defaultFactor;
  const { macsPerPixel } = await networks.load(file, factor);
  const sidePx = Math.min(1024, Math.max(64, 16 * Math.round(Math.sqrt(MACS / macsPerPixel) / 16)));
  const [widthPx, heightPx] = [sidePx, sidePx];
  const directory = await mkdtemp(path.join(tmpdir(), 'srgan-bench-'));
  const opened: [ArmName, Arm][] = [];
  try {
    const input = path.join(directory, 'input');
    await writeFile(input, await photograph(path.join(directory, 'in'), widthPx, heightPx));
    const job = { file, factor, threads, images: threads, widthPx, heightPx, input };
    for (const arm of arms) {
      const process = await openArm(arm, job, network.ncnn);
      if (process) opened.push([arm, process]);
    }
    const turns = new Map<ArmName, Turn[]>(opened.map(([arm]) => [arm, []]));
    // the first run of each loads what it needs
    for (let round = -1; round < rounds; round += 1) {
      for (const [arm, process] of opened) {
        const turn = await process.run();
        if (round >= 0) turns.get(arm)?.push(turn);
      }
    }
    // where other work takes a core away now and then, its time still tells one thread from another
    const time = ({ seconds, cpuSeconds }: Turn) => (threads === 1 ? cpuSeconds : seconds);
    const mpx = (turn: Turn) => (turn.images * widthPx * heightPx) / 1e6 / time(turn);
    const speeds = (arm: ArmName) => turns.get(arm)?.map(mpx) ?? [];
    return {
      network: name,
      threads,
      widthPx,
      heightPx,
      inputMpxPerSecond: Object.fromEntries(opened.map(([arm]) => [arm, spread(speeds(arm))])),
      nativeTimes: Object.fromEntries(
        opened
          .filter(([arm]) => arm !== 'native' && turns.has('native'))
          .map(([arm]) => {
            const theirs = speeds(arm);
            return [arm, spread(speeds('native').map((speed, round) => speed / (theirs[round] ?? NaN)))];
          }),
      ),
    };
  } finally {
    for (const [, process] of opened) await process.close();
    await rm(directory, { recursive: true, force: true });
  }
}

async function photograph(directory: string, widthPx: number, heightPx: number): Promise<Buffer> {
  await writeImages(directory, { count: 1, widthPx, heightPx, seed: 1 });
  return sharp(path.join(directory, '00000.png')).removeAlpha().raw().toBuffer();
}
