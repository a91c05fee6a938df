import type { Graph } from '../../graph.js';
import { readRsrRecord } from './rsr-record.js';
import { rustySrGraph } from './rusty-sr.js';
import { srganRustGraph } from './srgan-rust.js';
import { isXz } from './xz/xz.js';

/**
 * The graph of a network of srgan-rust, or of rusty_sr before it. Both take and give RGB in 0..1.
 * @throws SrganError E_MODEL
 */
export function readRsr(title: string, bytes: Uint8Array): Graph {
  return isXz(bytes) ? srganRustGraph(title, readRsrRecord(title, bytes)) : rustySrGraph(title, bytes);
}
