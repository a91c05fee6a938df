import { mkdtemp, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { ExecutionContext } from 'ava';
import type { NetworkFile } from '../../../src/contract/engine.js';
import type { Pixels } from '../../../src/contract/job.js';
import { openNetworks } from '../../../src/network/models/networks.js';
import { temporaryDirectory } from '../../helpers/temporary-directory.js';
import { poolOf, requestOf } from '../../helpers/tile-pool.js';

export const networks = openNetworks({ engine: 'onnx', device: 'cpu' });

/** Writes net.onnx, and beside it what is stated of it. */
export async function save(t: ExecutionContext, bytes: Uint8Array, stated?: object): Promise<string> {
  const directory = await mkdtemp(path.join(await temporaryDirectory(t), 'network-'));
  const file = path.join(directory, 'net.onnx');
  await writeFile(file, bytes);
  if (stated) await writeFile(path.join(directory, 'net.srgan.json'), JSON.stringify(stated));
  return file;
}

export async function load(t: ExecutionContext, bytes: Uint8Array, stated?: object): Promise<NetworkFile> {
  const file = await save(t, bytes, stated);
  const { defaultFactor } = await networks.describe(file);
  return networks.load(file, defaultFactor);
}

export async function enlarge(
  t: ExecutionContext,
  network: NetworkFile,
  pixels: Pixels,
  { tilePx, threads = 2, tta = false }: { tilePx?: number | undefined; threads?: number; tta?: boolean } = {},
): Promise<Pixels> {
  const { pool } = poolOf(t, { threads });
  return pool.upscale(requestOf({ network, pixels, tilePx, tta }));
}
