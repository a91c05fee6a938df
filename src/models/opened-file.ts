import type { NetworkFile } from '../engines/engine.js';
import type { NetworkFamily } from '../run.js';

/** A network of one factor that a file holds. */
export interface OpenedFile {
  readonly family: NetworkFamily;
  readonly load: () => Promise<NetworkFile>;
  /** Numbers that were learned. */
  readonly parameters: number;
}
