import { SrganError } from '../../system/errors.js';
import type { Facts } from '../../contract/storage.js';
import type { Storages } from './storages.js';

/**
 * What lies at a place; undefined also where nobody may look.
 * @throws SrganError E_READ, E_CANCELLED
 */
export async function factsAt(place: string, storages: Pick<Storages, 'of'>): Promise<Facts | undefined> {
  try {
    return await (await storages.of(place)).head(place);
  } catch (error) {
    if (error instanceof SrganError && error.code === 'E_ACCESS') return undefined;
    throw error;
  }
}
