import { readRsr } from '../graph/rsr/read-rsr.js';
import { openGraph, type OpenedFile } from './open-graph.js';
import { readNetworkBytes } from './read-file.js';

/**
 * A network of srgan-rust or rusty_sr.
 * @throws SrganError E_MODEL
 */
export async function openRsrFile(file: string): Promise<OpenedFile> {
  const graph = readRsr(file, await readNetworkBytes(file));
  return openGraph(file, graph, { input: 1, output: 1 }, 'srgan-rust or rusty_sr');
}
