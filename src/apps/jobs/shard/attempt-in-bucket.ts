import path from 'node:path';
import { rm } from '../../../system/files/fs.js';
import { openSweep } from '../../../system/files/left-over.js';
import { joinPlace } from '../../../system/files/address.js';
import { putWhole, type Storages } from '../../../places/storage/storages.js';
import { openScratch } from '../../../places/storage/scratch.js';
import { untrackTempPath, trackTempPath, tempName } from '../../../system/files/temp-files.js';
import { journalName, type Attempt, type JournalsPlace } from './attempt.js';

/**
 * An object cannot grow line by line, so the journal is a temp file until the attempt ends, and what a killed worker
 * had in it is lost. Nothing is missed: each result says itself which shard it is of and what it was made from, from
 * the moment that it is there.
 * @param work the same for all attempts at the shard, and for no other shard
 * @throws SrganError E_OUT_DIR where there is no place for the temp file
 */
export async function attemptInBucket(
  place: JournalsPlace,
  work: string,
  storages: Pick<Storages, 'of' | 'reading'>,
): Promise<Attempt> {
  const address = joinPlace(place.directory, journalName(place));
  const besideIt = await openScratch(storages, openSweep()).pathFor(address);
  const journal = path.join(path.dirname(besideIt), tempName(path.basename(besideIt)));
  trackTempPath(journal);
  return {
    journal,
    work,
    // where another one puts a result first, its bytes are the same and it counts as ours, or it is not ours
    isBehind: () => Promise.resolve(false),
    async keep() {
      await putWhole(await storages.of(address), address, { path: journal }, { replace: true });
    },
    async close() {
      await rm(journal, { force: true }).catch(() => undefined);
      untrackTempPath(journal);
    },
  };
}
