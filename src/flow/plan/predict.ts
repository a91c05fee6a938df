import type { Source } from '../../contract/job.js';
import { readOwnName } from '../../contract/own-names.js';
import type { Settings } from '../../contract/options.js';
import { fileNameOf, formatOfName, statedFormat } from './format.js';
import type { Naming } from './name.js';
import { wantedSize } from './wanted.js';

/** In place of the network's own factor, which is the same for all and needs no network to be read. */
export const ANY_FACTOR = 1;

/**
 * The output path as far as it can be told before the source is opened, its extension taken at its word.
 * Undefined where the name needs the header or the bytes. A wrong extension shows later: then the name changes.
 */
export function predictOutput(
  naming: Naming,
  source: Source,
  settings: Settings,
  defaultFactor: number,
): string | undefined {
  const model = source.overrides.model ?? settings.model;
  return naming.outputPath(source, {
    wanted: wantedSize(source.overrides, settings, defaultFactor),
    // which of our own it will be shows in the bytes
    model: readOwnName(model) ? undefined : model,
    format: statedFormat(source, settings) ?? formatOfName(fileNameOf(source)),
  });
}
