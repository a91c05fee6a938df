import { createCompactSet, type CompactSet } from '../../../system/compact-set.js';
import type { FoundSource } from '../../../contract/job.js';
import type { ManifestFiles } from '../manifest.js';
import { shardText, sourcesIn } from './submitted-shard.js';

/** A shard of a list, frozen: from now on it has these sources, whatever becomes of the list. */
export interface Frozen {
  readonly shard: number;
  readonly sources: number;
  readonly text: string;
}

/**
 * Cuts a list into shards and keeps each in its file before it is given. Where shards of an earlier, cut off
 * submission are there, they count as they are, and what is new in the list goes into shards after them.
 * @param drain where it aborts the list has not come to its end, and what is left over is no shard
 */
export async function* cut(
  found: AsyncIterable<FoundSource>,
  files: ManifestFiles,
  shardSize: number,
  drain: AbortSignal,
): AsyncGenerator<Frozen> {
  let pending: FoundSource[] = [];
  let shard = 0;
  /** Sources of shards that are there, once the list is seen to differ from what it was. */
  let frozen: CompactSet | undefined;

  for await (const source of found) {
    if (frozen?.has(idOf(source))) continue;
    pending.push(source);
    if (pending.length >= shardSize) yield* place();
  }
  if (drain.aborted) return;
  if (pending.length > 0) yield* place();
  // the list may have become shorter
  if (!frozen) yield* rest();

  async function* place(): AsyncGenerator<Frozen> {
    const text = shardText(pending);
    const there = frozen ? undefined : await files.readShard(shard);
    if (there !== undefined && there !== text) {
      frozen = createCompactSet();
      yield* rest();
      pending = pending.filter((source) => !frozen?.has(idOf(source)));
      if (pending.length > 0 && pending.length >= shardSize) yield* place();
      return;
    }
    if (there === undefined) await files.writeShard(shard, text);
    const sources = pending.length;
    pending = [];
    yield { shard: shard++, sources, text };
  }

  async function* rest(): AsyncGenerator<Frozen> {
    for (;;) {
      const text = await files.readShard(shard);
      if (text === undefined) return;
      const sources = sourcesIn(text, files.shardFile(shard));
      for (const source of sources) frozen?.add(idOf(source));
      yield { shard: shard++, sources: sources.length, text };
    }
  }
}

const idOf = ({ path, overrides }: FoundSource) => `${overrides.dst ?? ''}\0${path}`;
