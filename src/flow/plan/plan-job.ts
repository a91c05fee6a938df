import type { ImageHeader, Job, OutputFormat, Source } from '../../contract/job.js';
import type { Settings } from '../../contract/options.js';
import { keepsSize } from '../../network/models/kernel-networks.js';
import type { ChosenNetwork } from './choose-network.js';
import { checkOutputPixels, checkTarget, statedFormat, writableFormat } from './format.js';
import { planMemory } from './image-memory.js';
import { passesFor } from './passes.js';
import { targetSize, wantedSize, type Target, type Wanted } from './size.js';

/** Everything known of a source once its header is read. */
export interface SourceFacts {
  readonly source: Source;
  /** Local path of the source's bytes. */
  readonly file: string;
  readonly header: ImageHeader;
  readonly network: ChosenNetwork;
  /** Factor of the network asked for, where no size is. */
  readonly defaultFactor: number;
}

/** Format and size of a result, which its name may depend on. */
export interface ResultShape {
  readonly format: OutputFormat;
  readonly wanted: Wanted;
  readonly target: Target;
  /** The source has the size of the result already, and the network does not change images of that size. */
  readonly isLargeEnough: boolean;
}

export function shapeOfResult(facts: SourceFacts, settings: Settings): ResultShape {
  const { source, header, network, defaultFactor } = facts;
  const wanted = wantedSize(source.overrides, settings, defaultFactor);
  const target = targetSize(header, wanted, settings.maxSize);
  return {
    format: statedFormat(source, settings) ?? writableFormat(header.format) ?? 'png',
    wanted,
    target,
    isLargeEnough:
      !keepsSize(network.family) && target.widthPx === header.widthPx && target.heightPx === header.heightPx,
  };
}

/**
 * Plans what decode, upscale, encode and write do with a source.
 * @param tempBeside path beside which temp files are created
 * @throws SrganError E_TOO_LARGE where the result exceeds its format or the limits of the run
 */
export function planJob(
  { source, file, header, network }: SourceFacts,
  { format, target, isLargeEnough }: ResultShape,
  { outputPath, tempBeside }: Pick<Job, 'outputPath' | 'tempBeside'>,
  settings: Settings,
): Job {
  checkTarget(source.path, format, target);
  checkOutputPixels(source.path, { ...target, pages: header.pages }, settings.maxOutputPixels);
  const passes = isLargeEnough ? [] : passesFor(target.factor, network.family);
  const quality = source.overrides.quality ?? settings.quality;
  const copies =
    isLargeEnough &&
    writableFormat(header.format) === format &&
    !settings.strip &&
    !settings.lossless &&
    quality === undefined;
  return {
    source,
    action: copies ? 'copy' : 'upscale',
    outputPath,
    file,
    tempBeside,
    format,
    quality,
    header,
    model: network.model,
    ...(network.because !== undefined && passes.length > 0 && { modelBecause: network.because }),
    passes,
    targetWidthPx: target.widthPx,
    targetHeightPx: target.heightPx,
    ...planMemory({ header, passes, format, target }, settings),
  };
}
