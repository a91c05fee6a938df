import { readRsr } from '../graph/rsr/read-rsr.js';
import { openGraph } from './open-graph.js';
import type { OpenedFile } from './opened-file.js';
import { readNetworkBytes } from './read-file.js';

/**
 * A network of srgan-rust or rusty_sr.
 * @param fold also make the network's forms for tiles
 * @throws SrganError E_MODEL
 */
export async function openRsrFile(file: string, fold: boolean): Promise<OpenedFile> {
  return openGraph(file, readRsr(file, await readNetworkBytes(file)), 1, fold);
}
