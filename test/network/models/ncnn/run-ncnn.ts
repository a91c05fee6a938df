import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Pixels } from '../../../../src/contract/job.js';
import { python } from '../../../helpers/wheels.js';
import type { WheelNetwork } from './networks.js';

export interface NcnnResult {
  /** 3 × height × width values in 0..1. */
  readonly planes: Float32Array;
  /** Of the last of the times that it was run, on two threads. */
  readonly seconds: number;
}

/**
 * What ncnn itself makes of an image of 3 channels and 8 bits.
 * @param packages directory that holds the Python packages ncnn and numpy
 * @param param path of the network's .param; its .bin lies beside it
 */
export async function runNcnn(
  packages: string,
  param: string,
  { marginPx, blockPx }: Pick<WheelNetwork, 'marginPx' | 'blockPx'>,
  { data, widthPx, pageHeightPx: heightPx }: Pixels,
  times = 1,
): Promise<NcnnResult> {
  const directory = await mkdtemp(path.join(tmpdir(), 'srgan-ncnn-'));
  try {
    const [input, output] = [path.join(directory, 'input'), path.join(directory, 'output')];
    await writeFile(input, data);
    const bin = param.replace(/param$/, 'bin');
    const job = { param, bin, widthPx, heightPx, input, output, marginPx, blockPx, times };
    const printed = await python('network/models/ncnn/reference.py', packages, JSON.stringify([job]));
    const { seconds } = JSON.parse(printed) as { seconds: number };
    const bytes = await readFile(output);
    return { planes: new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4), seconds };
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

/** How far samples of 8 bits are from planes in 0..1, and how many percent of them differ at all. */
export function levelsApart(planes: Float32Array, data: Pixels['data']): { most: number; share: string } {
  const area = data.length / 3;
  let [most, off] = [0, 0];
  data.forEach((value, i) => {
    const exact = planes[(i % 3) * area + Math.floor(i / 3)]! * 255;
    const difference = Math.abs(Math.min(255, Math.max(0, Math.floor(exact + 0.5))) - value);
    most = Math.max(most, difference);
    if (difference > 0) off += 1;
  });
  return { most, share: ((100 * off) / data.length).toFixed(3) };
}
