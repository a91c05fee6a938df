import * as Flags from '@oclif/core/flags';
import { DEVICES, ENGINE_NAMES } from '../../contract/engine.js';
import { OUTPUT_FORMATS } from '../../contract/job.js';
import { parseSize, type Size } from '../../system/measures.js';
import { EFFORTS, KIND_CHOICES } from '../../contract/own-names.js';
import type { Shard } from '../../contract/options.js';
import { readShard } from '../array-job.js';
import { number, valued, wholeNumber } from './valued.js';

/** What is done to which images. Flags that mean the same have one name in every command: each is defined once. */

const shard = Flags.custom<Shard>(valued(readShard, 'i/N|auto'));
const size = Flags.custom<Size>(valued(parseSize, 'WxH'));

/** oclif's type knows letters only, its parser any character. */
const NUL_CHAR = '0' as string as 'z';

const selecting = { helpGroup: 'SELECTION' };
export const selectingFlags = {
  'files-from': Flags.string({
    ...selecting,
    helpValue: 'FILE',
    description: "Read the list of sources from FILE ('-' for standard input).",
  }),
  null: Flags.boolean({
    ...selecting,
    char: NUL_CHAR,
    description: 'List entries and printed paths end with NUL instead of a newline.',
  }),
  ndjson: Flags.boolean({
    ...selecting,
    description:
      'The list has one JSON object per line: src, and optionally dst, scale, width, height, model, format and quality. Other keys are passed through to its record.',
    exclusive: ['null'],
  }),
  recursive: Flags.boolean({
    ...selecting,
    allowNo: true,
    description: 'Descend into subdirectories (default).',
  }),
  include: Flags.string({
    ...selecting,
    helpValue: 'GLOB',
    multiple: true,
    multipleNonGreedy: true,
    description: 'Process only sources that match GLOB. Repeatable.',
  }),
  exclude: Flags.string({
    ...selecting,
    helpValue: 'GLOB',
    multiple: true,
    multipleNonGreedy: true,
    description: 'Skip sources that match GLOB. Repeatable.',
  }),
  limit: wholeNumber({ ...selecting, description: 'Process at most N sources.' }),
};

/** Of a run, and not of what goes to a queue. */
export const shardFlag = {
  shard: shard({
    ...selecting,
    description:
      'Process only shard i of N (1..N), so that N machines share the work. auto reads both from a Kubernetes, Slurm or AWS Batch array job.',
  }),
};

export const globFlag = {
  glob: Flags.string({
    ...selecting,
    char: 'g',
    helpValue: 'GLOB',
    multiple: true,
    multipleNonGreedy: true,
    description: 'Process only files that match GLOB, relative to IN, such as *.png or 2024/**. Repeatable.',
  }),
};

const naming = { helpGroup: 'NAMING' };
export const namingFlags = {
  out: Flags.string({
    ...naming,
    char: 'o',
    helpValue: 'DIR',
    description: 'Output directory, instead of the last argument.',
  }),
  base: Flags.string({
    ...naming,
    helpValue: 'DIR',
    description:
      'Directory whose tree is mirrored under the output directory (default: the common parent of the sources).',
  }),
  name: Flags.string({
    ...naming,
    helpValue: 'TEMPLATE',
    description:
      'Template for output paths, such as {dir}/{name}{suffix}.{ext}; also {srcext} {scale} {model} {width} {height} {hash:8}.',
  }),
  suffix: Flags.string({
    ...naming,
    helpValue: 'TEXT',
    description: 'Value of {suffix} (default: the factor, such as _2x).',
  }),
  'skip-existing': Flags.boolean({
    ...naming,
    description: 'Skip sources whose output already exists.',
    exclusive: ['overwrite'],
  }),
  overwrite: Flags.boolean({
    ...naming,
    description: 'Overwrite existing outputs. A source is never overwritten.',
    exclusive: ['skip-existing'],
  }),
  'dry-run': Flags.boolean({
    ...naming,
    description: 'Print what would be done (sizes, formats, collisions, memory) and write nothing.',
  }),
};

const result = { helpGroup: 'RESULT' };
export const resultFlags = {
  scale: number({
    ...result,
    char: 's',
    description: "Scale factor, any number above 0 (default: the network's own, 2 for built-in networks).",
  }),
  width: wholeNumber({ ...result, description: 'Output width in pixels.', exclusive: ['scale'] }),
  height: wholeNumber({ ...result, description: 'Output height in pixels.', exclusive: ['scale'] }),
  'min-size': size({
    ...result,
    description: 'Enlarge each image to at least this size.',
    exclusive: ['scale', 'width', 'height'],
  }),
  'max-size': size({ ...result, description: 'Limit outputs to this size.' }),
  'if-larger': Flags.option({
    ...result,
    options: ['copy', 'skip'] as const,
    description: 'What to do with an image that is already large enough (default: copy).',
  })(),
  format: Flags.option({
    ...result,
    char: 'f',
    options: [...OUTPUT_FORMATS, 'same'] as const,
    description: 'Output format (default: same as the source).',
  })(),
  quality: wholeNumber({ ...result, description: 'Quality of JPEG, WebP and AVIF, 1 to 100.' }),
  lossless: Flags.boolean({
    ...result,
    description: 'Write WebP and AVIF losslessly.',
    exclusive: ['quality'],
  }),
  'fast-png': Flags.boolean({
    ...result,
    description:
      'Write PNG faster with less compression: up to a quarter less encoding time, much larger files for flat drawings.',
  }),
  strip: Flags.boolean({
    ...result,
    description: 'Drop EXIF, XMP and other metadata; the colour profile is kept.',
  }),
};

const network = { helpGroup: 'NETWORK' };
export const networkFlags = {
  kind: Flags.option({
    ...network,
    options: KIND_CHOICES,
    description:
      'Kind of built-in network: clean (lossless sources), photo (photographs with JPEG artifacts), drawing (default: auto, chosen for each image from its bytes).',
    exclusive: ['model'],
  })(),
  effort: Flags.option({
    ...network,
    options: EFFORTS,
    description:
      'Size of the built-in network; each takes about four times as long as the one before (default: balanced).',
    exclusive: ['model'],
  })(),
  model: Flags.string({
    ...network,
    char: 'm',
    helpValue: 'NAME|PATH',
    description:
      "Network: a name from 'srgan models', or the path of an .onnx, .param, .bin or .rsr file or a TensorFlow.js model.json (default: chosen by --kind and --effort).",
  }),
  engine: Flags.option({
    ...network,
    options: ENGINE_NAMES,
    description:
      'Engine that runs the network: native (kernels of srgan, the default on the CPU; leaves networks it has no kernels for to onnx), onnx (onnxruntime), reference (plain JavaScript, slow, runs anywhere), tfjs (TensorFlow.js, the network as published), resize (no network, plain resampling).',
  })(),
  device: Flags.option({
    ...network,
    options: DEVICES,
    description: 'Device that runs the network (default: cpu).',
  })(),
  tta: Flags.boolean({
    ...network,
    description: 'Average the results of 8 flips and rotations: 8 times the work, slightly better.',
  }),
  fold: Flags.boolean({
    ...network,
    allowNo: true,
    description: 'Fold linear layers together (default): same result within 1 level of 255, less work.',
  }),
  verify: Flags.boolean({
    ...network,
    description:
      'Check each tile against its source. A tile that is black, flat, garbled or not a number is computed again without folding, and fails if that is no better.',
  }),
  tile: wholeNumber({ ...network, description: 'Tile size in source pixels.' }),
};
