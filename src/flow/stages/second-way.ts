import type { NetworkFile } from '../../contract/engine.js';
import { SrganError } from '../../system/errors.js';

/**
 * Enlarges an image, and once more with the network as published where the check of --verify found the result of
 * the forms made for tiles to be wrong.
 * @param warnings gets a sentence where the second way was needed
 * @throws SrganError E_VERIFY where there is no other way, or that is wrong as well
 */
export async function withSecondWay<T>(
  network: NetworkFile,
  warnings: string[],
  enlarge: (network: NetworkFile) => Promise<T>,
): Promise<T> {
  try {
    return await enlarge(network);
  } catch (error) {
    if (!(error instanceof SrganError) || error.code !== 'E_VERIFY') throw error;
    // a network that looks at the whole of an image has its forms in other files
    if ((!network.tiled && !network.narrowed && !network.native) || network.means) throw error;
    const enlarged = await enlarge({ ...network, tiled: undefined, narrowed: undefined, native: undefined });
    warnings.push(`Done again without folding, since ${error.message}`);
    return enlarged;
  }
}
