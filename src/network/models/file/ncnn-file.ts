import path from 'node:path';
import { SrganError } from '../../../system/errors.js';
import type { Graph } from '../../graph/graph.js';
import { withMargins } from '../../graph/receptive-field.js';
import { readNcnn } from '../../graph/read/ncnn/read-ncnn.js';
import { openGraph, rgbByFormat } from './open-graph.js';
import { type OpenedFile, readNetworkBytes } from './read-file.js';
import { UNIT } from '../probe/probe-ranges.js';

const MAX_TEXT_BYTES = 64 * 2 ** 20;

/**
 * Opens an ncnn network: NAME.param with NAME.bin beside it, named by either. It takes and returns RGB in
 * 0..1, as Real-ESRGAN, waifu2x and SPAN do.
 * @param fold also make forms for tiles
 * @throws SrganError E_MODEL
 */
export async function openNcnnFile(file: string, fold: boolean): Promise<OpenedFile> {
  const graph = await readNcnnFile(file);
  return openGraph({ file, graph, known: rgbByFormat(UNIT) }, fold);
}

/** @throws SrganError E_MODEL */
export async function readNcnnFile(file: string): Promise<Graph> {
  const stem = file.slice(0, -path.extname(file).length);
  const [paramFile, binFile] = file.toLowerCase().endsWith('.bin')
    ? [`${stem}.param`, file]
    : [file, `${stem}.bin`];
  const param = await readNetworkBytes(paramFile);
  if (param.length > MAX_TEXT_BYTES) {
    throw new SrganError(
      'E_MODEL',
      `${paramFile}: the file is larger than 64 MB, too large for a list of layers.`,
    );
  }
  const bin = await readNetworkBytes(binFile);
  return withMargins(file, readNcnn(file, new TextDecoder().decode(param), bin));
}
