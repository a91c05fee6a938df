import { isInShard } from '../../places/find/shard.js';
import type { Source } from '../../contract/job.js';
import type { Settings } from '../../contract/options.js';
import type { Survey } from './survey.js';

/** Of the sources that are found, those of the shard that this run works off. */
export interface OwnShard {
  of(found: AsyncIterable<Source>): AsyncIterable<Source>;
  /** Sources of other shards that have come by. */
  readonly others: number;
}

export function openOwnShard({ shard }: Pick<Settings, 'shard'>, survey: Pick<Survey, 'meet'>): OwnShard {
  if (!shard) return { of: (found) => found, others: 0 };
  let others = 0;
  return {
    async *of(found) {
      for await (const source of found) {
        await survey.meet(source);
        if (isInShard(source, shard)) yield source;
        else others += 1;
      }
    },
    get others() {
      return others;
    },
  };
}
