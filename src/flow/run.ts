import type { LimitFunction } from 'p-limit';
import type { Buffers, Networks, TilePool } from '../contract/ports.js';
import type { Settings } from '../contract/options.js';
import type { Scratch } from '../places/storage/scratch.js';
import type { Storages } from '../places/storage/storages.js';
import type { Budget } from '../system/budget.js';
import type { Sweep } from '../system/files/left-over.js';
import type { Journal } from './journal/journal.js';
import type { KeyOf } from './plan/path-keys.js';
import type { Retries } from './stages/retry.js';
import type { Watch } from './watch/watch.js';

/** Shared by all stages of one run. */
export interface Run {
  readonly settings: Settings;
  /** Aborted: stop at once. */
  readonly signal: AbortSignal;
  /** Aborted: take no new source. */
  readonly drain: AbortSignal;
  /** Bytes that images in flight may hold. */
  readonly budget: Budget;
  /** Places for images between decode and write. */
  readonly places: LimitFunction;
  /** Slots for libvips work, so that codecs and workers together do not oversubscribe the cores. */
  readonly codec: LimitFunction;
  readonly networks: Networks;
  readonly tiles: TilePool;
  readonly buffers: Buffers;
  readonly journal?: Journal | undefined;
  readonly keyOf: KeyOf;
  /** Removes temp files that killed runs left in the directories this run writes to. */
  readonly sweep: Sweep;
  readonly storages: Storages;
  readonly scratch: Scratch;
  readonly retries?: Retries | undefined;
  /** Set where a parent process supervises this one. */
  readonly watch?: Watch | undefined;
}
