import type { Job, Source } from '../../src/contract/job.js';

export function sourceOf(path: string, rest: Partial<Source> = {}): Source {
  return { index: 0, path, relativePath: path, overrides: {}, extra: {}, ...rest };
}

/** A job on a 4×3 PNG that goes to `outputPath` at twice the size. */
export function jobOf(outputPath: string, rest: Partial<Job> = {}): Job {
  const source = rest.source ?? sourceOf('in.png');
  return {
    source,
    file: source.path,
    tempBeside: outputPath,
    action: 'upscale',
    outputPath,
    format: 'png',
    quality: undefined,
    header: {
      format: 'png',
      widthPx: 4,
      heightPx: 3,
      pages: 1,
      channels: 3,
      hasAlpha: false,
      bitsPerSample: 8,
      gray: false,
      fileBytes: 100,
    },
    model: 'esrgan-slim',
    passes: [2],
    targetWidthPx: 8,
    targetHeightPx: 6,
    predictedBytes: 1000,
    spill: false,
    ...rest,
  };
}
