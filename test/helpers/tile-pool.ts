import type { ExecutionContext } from 'ava';
import type { EngineName, TfjsBackend } from '../../src/contract/engine.js';
import type { Buffers, TilePool, UpscaleRequest } from '../../src/contract/ports.js';
import { createBuffers } from '../../src/network/workers/buffers.js';
import type { PoolSize } from '../../src/network/workers/schedule.js';
import { openTilePool } from '../../src/network/workers/pool.js';

export interface OpenedPool {
  readonly pool: TilePool;
  readonly buffers: Buffers;
}

/** A pool that is closed with the test. */
export function poolOf(
  t: ExecutionContext,
  options: PoolSize & { engine?: EngineName; tfjs?: TfjsBackend; workerUrl?: URL },
): OpenedPool {
  const { engine = 'onnx', tfjs, workerUrl, ...size } = options;
  const buffers = createBuffers(2 ** 26);
  const pool = openTilePool(size, { engine, device: 'cpu', tfjs }, buffers, workerUrl);
  t.teardown(() => pool.close());
  return { pool, buffers };
}

/** A request with the defaults of a run. */
export function requestOf(
  request: Pick<UpscaleRequest, 'network' | 'pixels'> & Partial<UpscaleRequest>,
): UpscaleRequest {
  return { tta: false, tilePx: undefined, signal: new AbortController().signal, ...request };
}
