import type { PipeOptions } from '../options.js';
import type { PipeFlags } from './pipe-flags.js';

type FlagOptions = Omit<PipeOptions, 'inputs' | 'signal' | 'drain' | 'onOutcome' | 'onTotal' | 'onNote'>;

/** The flags under the names that the options have. */
export function optionsOf(flags: PipeFlags): FlagOptions {
  return {
    base: flags.base,
    recursive: flags.recursive,
    include: flags.include,
    exclude: flags.exclude,
    limit: flags.limit,
    name: flags.name,
    suffix: flags.suffix,
    format: flags.format,
    quality: flags.quality,
    lossless: flags.lossless,
    fastPng: flags['fast-png'],
    strip: flags.strip,
    scale: flags.scale,
    width: flags.width,
    height: flags.height,
    minSize: flags['min-size'],
    maxSize: flags['max-size'],
    ifLarger: flags['if-larger'],
    model: flags.model,
    engine: flags.engine,
    device: flags.device,
    tta: flags.tta,
    fold: flags.fold,
    tile: flags.tile,
    threads: flags.threads,
    sequential: flags.sequential,
    chunkSize: flags['chunk-size'],
    maxMemory: flags['max-memory'],
    fsync: flags.fsync,
    maxPixels: flags['max-pixels'],
    journal: flags.journal,
    resume: flags.resume,
    retryFailed: flags['retry-failed'],
    skipExisting: flags['skip-existing'],
    overwrite: flags.overwrite,
    dryRun: flags['dry-run'],
    failFast: flags['fail-fast'],
    maxFailures: flags['max-failures'],
  };
}
