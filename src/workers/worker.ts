import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { inspect } from 'node:util';
import { parentPort, workerData } from 'node:worker_threads';
import { asSrganError, SrganError } from '../errors.js';
import { createFloats } from './floats.js';
import { openLoadedNetworks } from './loaded-networks.js';
import type { Failure, FromWorker, SharedImage, TileOrder, ToWorker, WorkerSetup } from './messages.js';
import { runTile, type NetworkFor } from './run-tile.js';

if (!parentPort) throw new SrganError('E_INTERNAL', 'The worker was not started as a worker thread.');
const port = parentPort;
const networks = openLoadedNetworks((workerData as WorkerSetup).engine);
const floats = createFloats();
const images = new Map<number, SharedImage>();

// standard output belongs to the results; what a library says goes to standard error
process.stdout.write = process.stderr.write.bind(process.stderr);

let previous = Promise.resolve();
port.on('message', (message: ToWorker) => {
  previous = previous.then(() => handle(message));
});

async function handle(message: ToWorker): Promise<void> {
  switch (message.kind) {
    case 'image':
      images.set(message.image.id, message.image);
      return;
    case 'tile':
      port.postMessage(await answer(message));
      return;
    case 'forget':
      images.delete(message.image);
      return;
    case 'close':
      await networks.dispose();
      port.close();
  }
}

async function answer(order: TileOrder): Promise<FromWorker> {
  const startMs = performance.now();
  const image = images.get(order.image);
  if (!image || Atomics.load(image.dropped, 0) !== 0) return { kind: 'passed-over' };
  const { title } = image.network;
  try {
    const networkFor: NetworkFor = (closed) => networks.load(image.network, order.tile.form, closed);
    const inferMs = await runTile(image, order, networkFor, floats);
    if (inferMs === undefined) return { kind: 'passed-over' };
    return { kind: 'done', inferMs, busyMs: performance.now() - startMs };
  } catch (error) {
    return {
      kind: 'failed',
      failure: failureOf(asSrganError(error, 'E_ENGINE', `${title}: failed on a tile.`)),
    };
  }
}

function failureOf({ code, message, hint, cause }: SrganError): Failure {
  const text = cause === undefined ? undefined : inspect(cause);
  return { code, sentence: message, hint, cause: text };
}
