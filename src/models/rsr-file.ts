import { readRsr } from '../graph/rsr/read-rsr.js';
import { openGraph } from './open-graph.js';
import { readNetworkBytes } from './read-file.js';

/**
 * A network of srgan-rust or rusty_sr.
 * @throws SrganError E_MODEL
 */
export async function openRsrFile(file: string) {
  return openGraph(file, readRsr(file, await readNetworkBytes(file)), { input: 1, output: 1 });
}
