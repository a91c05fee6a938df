import type { NetworkFile } from '../../../contract/engine.js';
import type { NetworkFamily } from '../../../contract/ports.js';
import type { Finding } from '../conclude/finding.js';
import type { StatedFacts } from '../conclude/stated-facts.js';

/** A network of one factor that a file holds. */
export interface OpenedFile {
  readonly family: NetworkFamily;
  readonly load: () => Promise<NetworkFile>;
  /** Numbers that were learned. */
  readonly parameters: number;
  /** In the file beside it. */
  readonly stated: StatedFacts;
  readonly findings: readonly Finding[];
}

/**
 * @param name what the user calls the network
 * @param notes what was guessed of it, in sentences
 */
export function openedAs(
  name: string,
  network: NetworkFile,
  notes: readonly string[] = [],
): Pick<OpenedFile, 'family' | 'load'> {
  const { factor } = network;
  return {
    family: { name, factors: [factor], defaultFactor: factor, ...(notes.length > 0 && { notes }) },
    load: () => Promise.resolve(network),
  };
}
