import * as Flags from '@oclif/core/flags';
import { DEVICES, ENGINE_NAMES, PRECISIONS } from '../../contract/engine.js';
import { OUTPUT_FORMATS } from '../../contract/job.js';
import { parseSize, type Size } from '../../system/measures.js';
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
    description: "Take the sources from a list in FILE, '-' for standard input.",
  }),
  null: Flags.boolean({
    ...selecting,
    char: NUL_CHAR,
    description: 'Entries of the list, and the paths on standard output, end in NUL instead of a line break.',
  }),
  ndjson: Flags.boolean({
    ...selecting,
    description:
      'The list has one JSON object a line: src, and where wanted dst, scale, width, height, model, format and quality of its own. Other keys go on to its record.',
    exclusive: ['null'],
  }),
  recursive: Flags.boolean({
    ...selecting,
    allowNo: true,
    description: 'Look into the subdirectories of directories; this is the default.',
  }),
  include: Flags.string({
    ...selecting,
    helpValue: 'GLOB',
    multiple: true,
    multipleNonGreedy: true,
    description: 'Of what the sources name, take only this. May be given again.',
  }),
  exclude: Flags.string({
    ...selecting,
    helpValue: 'GLOB',
    multiple: true,
    multipleNonGreedy: true,
    description: 'Of what the sources name, leave this out. May be given again.',
  }),
  limit: wholeNumber({ ...selecting, description: 'Take at most N sources.' }),
};

/** Of a run, and not of what goes to a queue. */
export const shardFlag = {
  shard: shard({
    ...selecting,
    description:
      'Take only part i of N, from 1 on: N machines, each with another i, do what one would without. auto takes both from an array of Kubernetes, Slurm or AWS Batch.',
  }),
};

export const globFlag = {
  glob: Flags.string({
    ...selecting,
    char: 'g',
    helpValue: 'GLOB',
    multiple: true,
    multipleNonGreedy: true,
    description: 'Take only what matches, relative to IN, such as *.png or 2024/**. May be given again.',
  }),
};

const naming = { helpGroup: 'NAMING' };
export const namingFlags = {
  out: Flags.string({
    ...naming,
    char: 'o',
    helpValue: 'DIR',
    description: 'Directory of the results, in place of the last argument.',
  }),
  base: Flags.string({
    ...naming,
    helpValue: 'DIR',
    description:
      'Directory whose tree is mirrored under the output directory; found from the sources otherwise.',
  }),
  name: Flags.string({
    ...naming,
    helpValue: 'TEMPLATE',
    description:
      'Template of the path of a result, such as {dir}/{name}{suffix}.{ext}; also {srcext} {scale} {model} {width} {height} {hash:8}.',
  }),
  suffix: Flags.string({
    ...naming,
    helpValue: 'TEXT',
    description: 'What {suffix} stands for; otherwise such as _2x.',
  }),
  'skip-existing': Flags.boolean({
    ...naming,
    description: 'Pass over a source whose result is there already.',
    exclusive: ['overwrite'],
  }),
  overwrite: Flags.boolean({
    ...naming,
    description: 'Replace a result that is there already. A source is never replaced.',
    exclusive: ['skip-existing'],
  }),
  'dry-run': Flags.boolean({
    ...naming,
    description: 'Print what would be done, with sizes, formats, collisions and memory, and write nothing.',
  }),
};

const result = { helpGroup: 'RESULT' };
export const resultFlags = {
  scale: number({
    ...result,
    char: 's',
    description: "Any factor above 0; otherwise the network's own, 2 for those built in.",
  }),
  width: wholeNumber({ ...result, description: 'Width of the results in pixels.', exclusive: ['scale'] }),
  height: wholeNumber({ ...result, description: 'Height of the results in pixels.', exclusive: ['scale'] }),
  'min-size': size({
    ...result,
    description: 'Make each image at least so large.',
    exclusive: ['scale', 'width', 'height'],
  }),
  'max-size': size({ ...result, description: 'Make no image larger than this.' }),
  'if-larger': Flags.option({
    ...result,
    options: ['copy', 'skip'] as const,
    description: 'What to do with an image that already has the size; otherwise copy.',
  })(),
  format: Flags.option({
    ...result,
    char: 'f',
    options: [...OUTPUT_FORMATS, 'same'] as const,
    description: "Format of the results; otherwise each source's own.",
  })(),
  quality: wholeNumber({ ...result, description: 'From 1 to 100, for jpeg, webp and avif.' }),
  lossless: Flags.boolean({
    ...result,
    description: 'Write webp and avif without loss.',
    exclusive: ['quality'],
  }),
  'fast-png': Flags.boolean({
    ...result,
    description:
      'Never look for repetition in png: at best a quarter less time for it, far larger files for flat drawings.',
  }),
  strip: Flags.boolean({
    ...result,
    description: 'Leave out EXIF, XMP and other metadata; the colour profile stays.',
  }),
};

const network = { helpGroup: 'NETWORK' };
export const networkFlags = {
  model: Flags.string({
    ...network,
    char: 'm',
    helpValue: 'NAME|PATH',
    description:
      "A name that 'srgan models' lists, or the path of an .onnx, .param, .bin or .rsr file or of a TensorFlow.js model.json; otherwise esrgan-slim.",
  }),
  engine: Flags.option({
    ...network,
    options: ENGINE_NAMES,
    description:
      'What runs the network; reference is plain JavaScript, which runs anywhere, slowly; tfjs runs the network as published, with tfjs-node where that is installed; resize is plain resampling without one.',
  })(),
  device: Flags.option({
    ...network,
    options: DEVICES,
    description: 'Where the network runs; otherwise cpu.',
  })(),
  tta: Flags.boolean({
    ...network,
    description: 'Average over the 8 flips and turns: 8 times the work, slightly better.',
  }),
  fold: Flags.boolean({
    ...network,
    allowNo: true,
    description:
      'Do what is linear in a network in fewer steps, for the same result within 1 level; this is the default.',
  }),
  precision: Flags.option({
    ...network,
    options: PRECISIONS,
    description:
      'int8 computes what lies off the border of 8-bit images in integers: faster, some 50 dB PSNR from fp32; otherwise fp32.',
  })(),
  verify: Flags.boolean({
    ...network,
    description:
      'Compare what the network made of each tile with its source; what is black, flat, garbled or no number is done once more without folding, and else fails.',
  }),
  tile: wholeNumber({ ...network, description: 'Side of a tile in pixels of the source.' }),
};
