import { createCompactSet } from '../../system/compact-set.js';
import { SrganError } from '../../system/errors.js';
import type { Settings } from '../../contract/options.js';
import { createClaims } from '../plan/claims.js';
import { createNaming } from '../plan/name.js';
import type { KeyOf } from '../plan/path-keys.js';
import { ANY_FACTOR, predictOutput } from '../plan/predict.js';
import type { Survey } from './survey.js';

/**
 * What a shard can know of a list that comes only once: each source, of whatever shard, claims the name of its
 * result in the order of the list, so that all shards refuse the same ones. Names that need the header or the bytes
 * claim nothing. Takes 24 to 48 bytes per source of the whole list.
 */
export function surveyInPassing(settings: Settings, keyOf: KeyOf): Survey {
  const naming = createNaming(settings);
  const claims = createClaims(keyOf);
  const inputs = createCompactSet();
  const refused = new Map<number, SrganError>();

  return {
    sources: undefined,
    async meet(source) {
      if (source.invalid) return;
      inputs.add(await keyOf(source.path));
      try {
        const output = predictOutput(naming, source, settings, ANY_FACTOR);
        if (output !== undefined) await claims.claim(output, source);
      } catch (error) {
        if (!(error instanceof SrganError)) throw error;
        // an impossible name is refused by plan, when it comes to this source
        if (error.code === 'E_COLLISION') refused.set(source.index, error);
      }
    },
    refuseCollision({ index }) {
      const error = refused.get(index);
      return error ? Promise.reject(error) : Promise.resolve();
    },
    isInput: async (file) => inputs.has(await keyOf(file)),
  };
}
