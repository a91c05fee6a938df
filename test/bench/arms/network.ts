import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { createInterface } from 'node:readline';
import type { EngineName } from '../../../src/contract/engine.js';
import type { Pixels } from '../../../src/contract/job.js';
import { openNetworks } from '../../../src/network/models/networks.js';
import { createBuffers } from '../../../src/network/workers/buffers.js';
import { openTilePool } from '../../../src/network/workers/pool.js';

/**
 * One network in one engine behind our workers, or (`alone`) its published form in onnxruntime and nothing else:
 * one run for each line that comes in, answered with {seconds, cpuSeconds}.
 * Arguments: JSON of {arm, file, factor, threads, images, widthPx, heightPx, input}; `input` holds raw RGB bytes.
 */

interface Job {
  readonly arm: EngineName | 'alone';
  readonly file: string;
  readonly factor: number;
  readonly threads: number;
  /** Copies of the image that are in work at once. */
  readonly images: number;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly input: string;
}

const job = JSON.parse(process.argv[2]!) as Job;
const bytes = await readFile(job.input);
const arm = await (job.arm === 'alone' ? openAlone() : openWorkers(job.arm));

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
while ((await lines.next()).done !== true) {
  const used = process.cpuUsage();
  const startMs = performance.now();
  await arm.run();
  const seconds = (performance.now() - startMs) / 1000;
  const { user, system } = process.cpuUsage(used);
  console.log(JSON.stringify({ seconds, cpuSeconds: (user + system) / 1e6 }));
}
await arm.close();

async function openWorkers(engine: EngineName) {
  const settings = { engine, device: 'cpu' } as const;
  const network = await openNetworks(settings).load(job.file, job.factor);
  const buffers = createBuffers(2 ** 30);
  const pool = openTilePool({ threads: job.threads }, settings, buffers);
  const { signal } = new AbortController();
  const data = new Uint8Array(new SharedArrayBuffer(bytes.length));
  data.set(bytes);
  const { widthPx, heightPx } = job;
  const pixels: Pixels = { data, widthPx, pageHeightPx: heightPx, pages: 1, channels: 3 };
  const upscale = async () => {
    const result = await pool.upscale({ network, pixels, tta: false, tilePx: undefined, signal });
    buffers.give(result.data.buffer);
  };
  return {
    run: () => Promise.all(Array.from({ length: job.images }, upscale)),
    close: () => pool.close(),
  };
}

async function openAlone() {
  const { InferenceSession, Tensor } = await import('onnxruntime-node');
  const network = await openNetworks({ engine: 'onnx', device: 'cpu', fold: false }).load(
    job.file,
    job.factor,
  );
  const session = await InferenceSession.create(new Uint8Array(network.bytes), {
    intraOpNumThreads: job.threads,
    interOpNumThreads: 1,
    graphOptimizationLevel: 'all',
    logSeverityLevel: 3,
    extra: { session: { intra_op: { allow_spinning: '0' } } },
  });
  const pixels = job.widthPx * job.heightPx;
  const planes = new Float32Array(3 * pixels);
  bytes.forEach((value, i) => {
    planes[(i % 3) * pixels + Math.floor(i / 3)] = (value * network.inputRange) / 255;
  });
  const feed = { [session.inputNames[0]!]: new Tensor('float32', planes, [1, 3, job.heightPx, job.widthPx]) };
  return {
    async run() {
      for (let i = 0; i < job.images; i += 1) {
        const results = await session.run(feed);
        for (const tensor of Object.values(results)) tensor.dispose();
      }
    },
    close: () => session.release(),
  };
}
