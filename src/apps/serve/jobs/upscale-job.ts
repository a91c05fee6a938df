import { EventEmitter } from 'node:events';
import type { JobFiles, JobManifest, JobResult } from './job-files.js';

/** A job as this process knows it. */
export interface Job {
  readonly manifest: JobManifest;
  readonly files: JobFiles;
  /** By number of the image. */
  readonly results: Map<number, JobResult>;
  /** Images that are being worked on. */
  readonly active: Set<number>;
  /** `result` with each result as it comes, `progress` when an image begins, `end`. */
  readonly events: EventEmitter<{ result: [JobResult]; progress: []; end: [] }>;
  /** Aborted when the client takes the job back. */
  readonly stop: AbortController;
  /** Bytes that it holds on the disk. */
  bytes: number;
  /** ms since 1970; undefined while images are left. */
  endedAt: number | undefined;
  /** Settled when this process works on it no more. */
  running: Promise<void>;
}

export function newJob(manifest: JobManifest, files: JobFiles, bytes: number): Job {
  const events: Job['events'] = new EventEmitter();
  events.setMaxListeners(0);
  return {
    manifest,
    files,
    results: new Map(),
    active: new Set(),
    events,
    stop: new AbortController(),
    bytes,
    endedAt: undefined,
    running: Promise.resolve(),
  };
}

export const stateOf = ({ endedAt, active, results }: Job): 'waiting' | 'running' | 'done' =>
  endedAt !== undefined ? 'done' : active.size > 0 || results.size > 0 ? 'running' : 'waiting';
