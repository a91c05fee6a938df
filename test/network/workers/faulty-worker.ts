import process from 'node:process';
import { parentPort } from 'node:worker_threads';
import type { ToWorker } from '../../../src/network/workers/messages.js';
import '../../../src/network/workers/worker.js';
import { EXITS_AT_WIDTH } from './exits-at-width.js';

/** The real worker, but for images whose network says otherwise in its title. */

const titles = new Map<number, string>();

parentPort?.on('message', (message: ToWorker) => {
  if (message.kind === 'image' && message.image.kind === 'upscale') {
    titles.set(message.image.id, message.image.network.title);
  }
  if (message.kind === 'image' && message.image.kind === 'deflate') {
    if (message.image.pixels.widthPx === EXITS_AT_WIDTH) process.exit(7);
  }
  if (message.kind !== 'tile' || message.tile.core.xPx === 0) return;
  if (titles.get(message.image) === 'exits') process.exit(7);
  if (titles.get(message.image) === 'throws') throw new Error('thrown for a test');
});
