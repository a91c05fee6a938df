import { heading, table } from './print.js';
import { runArm } from './alternate.js';

const FORMATS = ['jpeg', 'png'] as const;
const SIDES_PX = [5_000, 10_000];
const MAX_MEMORY = 2 ** 30;

/** An image far larger than the memory for it: what it holds over time, and what 20,000² would take. */
export async function spill(): Promise<void> {
  const rows = [['image', 'seconds', 'input Mpx/s', 'peak RSS MB', 'of it anonymous', 'most on disk MB']];
  const curves: string[][] = [];
  for (const format of FORMATS) {
    const seconds: number[] = [];
    for (const sidePx of SIDES_PX) {
      const options = { threads: 2, maxMemory: MAX_MEMORY, maxPixels: 1e9, engine: 'resize' };
      const args = [format, String(sidePx), JSON.stringify(options)];
      const run = await runArm({ name: 'spill', script: 'spill', args });
      const { peakAnonymousBytes, peakDiskBytes, curve } = run as unknown as SpillFigures;
      seconds.push(run.seconds);
      rows.push([
        `${format} of ${sidePx}²`,
        run.seconds.toFixed(0),
        (run.inputMpx / run.seconds).toFixed(2),
        (run.peakRssBytes / 1e6).toFixed(0),
        (peakAnonymousBytes / 1e6).toFixed(0),
        (peakDiskBytes / 1e6).toFixed(0),
      ]);
      curves.push([`${format} of ${sidePx}²`, ...curve.map((bytes) => (bytes / 1e6).toFixed(0))]);
    }
    const last = seconds.at(-1)!;
    rows.push([`${format} of 20000², by pixels from the last`, (4 * last).toFixed(0), '', '', '', '']);
  }
  heading(`spill, resize x2, --max-memory 1G, 2 workers`);
  table(rows);
  heading('RSS in MB at each tenth of the time');
  table([['image', ...Array.from({ length: 10 }, (_, i) => `${10 * (i + 1)} %`)], ...curves]);
}

export interface SpillFigures {
  readonly peakAnonymousBytes: number;
  readonly peakDiskBytes: number;
  /** Highest RSS in each tenth of the time. */
  readonly curve: readonly number[];
}
