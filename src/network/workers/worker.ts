import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { inspect } from 'node:util';
import { parentPort, workerData } from 'node:worker_threads';
import { deflateBand } from '../../pixels/codec/png/deflate-band.js';
import { asSrganError, SrganError } from '../../system/errors.js';
import { openCollector } from './buffers.js';
import { createFloats, measureTile, runTile, type NetworkFor } from './run-tile.js';
import { openLoadedNetworks } from './loaded-networks.js';
import {
  ownMemory,
  type Answer,
  type Done,
  type Failure,
  type FromWorker,
  type Order,
  type SharedImage,
  type ToWorker,
  type WorkerSetup,
} from './messages.js';

if (!parentPort) throw new SrganError('E_INTERNAL', 'The worker was not started as a worker thread.');
const port = parentPort;
const { engine, reportsMemory } = workerData as WorkerSetup;
const networks = openLoadedNetworks(engine);
const floats = createFloats();
const images = new Map<number, SharedImage>();
const collectAfter = openCollector();

// standard output is for results; libraries' output goes to standard error
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
    case 'band':
      send(await answer(message));
      return;
    case 'forget':
      collectAfter(bytesOf(images.get(message.image)));
      images.delete(message.image);
      return;
    case 'close':
      await networks.dispose();
      port.close();
  }
}

/** Returns the size of the pixels that this thread no longer needs. */
function bytesOf(image: SharedImage | undefined): number {
  if (!image) return 0;
  const rasters = image.kind === 'deflate' ? [image.pixels] : [image.source];
  if (image.kind === 'upscale') rasters.push(image.result);
  return rasters.reduce((sum, { data }) => sum + data.byteLength, 0);
}

function send(answer: Answer): void {
  const message: FromWorker = reportsMemory ? { ...answer, memory: ownMemory() } : answer;
  const band = answer.kind === 'done' ? answer.band : undefined;
  port.postMessage(message, band ? [band.deflated.buffer] : []);
}

async function answer(order: Order): Promise<Answer> {
  const startMs = performance.now();
  const image = images.get(order.image);
  if (!image || Atomics.load(image.dropped, 0) !== 0) return { kind: 'skipped' };
  try {
    const done = await execute(image, order);
    return done ? { kind: 'done', ...done, busyMs: performance.now() - startMs } : { kind: 'skipped' };
  } catch (error) {
    return { kind: 'failed', failure: failureOf(asNamedError(error, image)) };
  }
}

/** @returns undefined if the image was cancelled meanwhile */
async function execute(image: SharedImage, order: Order): Promise<Omit<Done, 'busyMs'> | undefined> {
  if (image.kind === 'upscale' && order.kind === 'tile') {
    const { form } = order.tile;
    const networkFor: NetworkFor = (closed) => networks.load(image.network, form, closed);
    const inferMs = await runTile(image, order, networkFor, floats);
    return inferMs === undefined ? undefined : { inferMs };
  }
  if (image.kind === 'measure' && order.kind === 'tile') {
    const { form, closed } = order.tile;
    return measureTile(image, order, await networks.load(image.network, form, closed), floats);
  }
  if (image.kind === 'deflate' && order.kind === 'band') {
    return { inferMs: 0, band: deflateBand(image.pixels, order.rows, image.fast) };
  }
  throw new SrganError('E_INTERNAL', 'an order does not match the kind of its image.');
}

function asNamedError(error: unknown, image: SharedImage): SrganError {
  if (image.kind === 'deflate') return asSrganError(error, 'E_ENCODE', 'the pixels could not be deflated.');
  return asSrganError(error, 'E_ENGINE', `${image.network.title}: failed on a tile.`);
}

function failureOf({ code, message, hint, cause }: SrganError): Failure {
  const text = cause === undefined ? undefined : inspect(cause);
  return { code, sentence: message, hint, cause: text };
}
