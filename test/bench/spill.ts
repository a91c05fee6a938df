import { heading, table } from './print.js';
import { runArm } from './alternate.js';

/** Which take a few minutes on two cores. */
const SIDES_PX = [3_000, 6_000];
const LARGE_PX = 20_000;
/** Less than either image would hold in memory. */
const MAX_MEMORY = 2 ** 27;

/** An image far larger than the memory for it: what it holds over time, and what a very large one would take. */
export async function spill(): Promise<void> {
  const rows = [['image', 'seconds', 'input Mpx/s', 'peak RSS MB', 'of it anonymous', 'most on disk MB']];
  const curves: string[][] = [];
  for (const format of ['jpeg', 'png'] as const) {
    let secondsPerPixel = 0;
    for (const sidePx of SIDES_PX) {
      const options = { threads: 2, maxMemory: MAX_MEMORY };
      const args = [format, String(sidePx), JSON.stringify(options)];
      const run = await runArm({ name: 'spill', script: 'spill', args });
      const { peakAnonymousBytes, peakDiskBytes, curve } = run as unknown as SpillFigures;
      secondsPerPixel = run.seconds / sidePx ** 2;
      const title = `${format} of ${sidePx}²`;
      rows.push([
        title,
        run.seconds.toFixed(0),
        (run.inputMpx / run.seconds).toFixed(2),
        (run.peakRssBytes / 1e6).toFixed(0),
        (peakAnonymousBytes / 1e6).toFixed(0),
        (peakDiskBytes / 1e6).toFixed(0),
      ]);
      curves.push([title, ...curve.map((bytes) => (bytes / 1e6).toFixed(0))]);
    }
    const seconds = secondsPerPixel * LARGE_PX ** 2;
    rows.push([`${format} of ${LARGE_PX}², by pixels from the last`, seconds.toFixed(0), '', '', '', '']);
  }
  heading('spill, esrgan-slim x2, --max-memory 128M, 2 workers');
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
