import { readRsr } from '../../graph/read/rsr/read-rsr.js';
import { openGraph, rgbByFormat } from './open-graph.js';
import type { OpenedFile } from './opened-file.js';
import { UNIT } from '../probe/probe-ranges.js';
import { readNetworkBytes } from './read-file.js';

/**
 * A network of srgan-rust or rusty_sr.
 * @param fold also make the network's forms for tiles
 * @throws SrganError E_MODEL
 */
export async function openRsrFile(file: string, fold: boolean): Promise<OpenedFile> {
  const graph = readRsr(file, await readNetworkBytes(file));
  return openGraph({ file, graph, known: rgbByFormat(UNIT) }, fold);
}
