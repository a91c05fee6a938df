import { readRsr } from '../../graph/read/rsr/read-rsr.js';
import { openGraph, rgbByFormat } from './open-graph.js';
import { type OpenedFile, readNetworkBytes } from './read-file.js';
import { UNIT } from '../probe/probe-ranges.js';

/**
 * Opens a network of srgan-rust or rusty_sr.
 * @param fold also make forms for tiles
 * @throws SrganError E_MODEL
 */
export async function openRsrFile(file: string, fold: boolean): Promise<OpenedFile> {
  const graph = readRsr(file, await readNetworkBytes(file));
  return openGraph({ file, graph, known: rgbByFormat(UNIT) }, fold);
}
