import * as Flags from '@oclif/core/flags';
import type { Interfaces } from '@oclif/core';
import { bytes, number, wholeNumber } from '../../command-line/flags/valued.js';
import { reportingFlags, jsonFlag } from '../../command-line/flags/report-flags.js';
import { DEGRADATIONS } from './degrade/degrade.js';
import { FACTORS, SIZES } from './shape.js';

const { quiet, verbose } = reportingFlags;

export const trainFlags = {
  out: Flags.string({
    char: 'o',
    helpValue: 'FILE',
    required: true,
    description: 'The .onnx file to write; FILE.srgan.json and FILE.checkpoint go beside it.',
  }),
  scale: Flags.custom<(typeof FACTORS)[number]>({
    char: 's',
    helpValue: FACTORS.join('|'),
    description: 'Factor of the network (default: 2).',
    options: FACTORS.map(String),
    parse: (text) => Promise.resolve(Number(text) as (typeof FACTORS)[number]),
  })(),
  size: Flags.option({
    options: SIZES,
    description: 'Size of the network: 15, 62 or 234 thousand multiply-adds per pixel at x2 (default: m).',
  })(),
  degrade: Flags.option({
    options: DEGRADATIONS,
    description:
      'What the small pictures have gone through: clean (bicubic only), photo (blur, noise, sharpening, JPEG, WebP), drawing (palette, JPEG at times) (default: clean).',
  })(),
  from: Flags.string({
    helpValue: 'NETWORK',
    description:
      'Begin from a built-in network, such as clean-m, or from a file that srgan train wrote. For another factor its trunk is used; for size l a network of size m is widened.',
  }),
  steps: wholeNumber({ description: 'Train for N steps (default: 200000).', exclusive: ['hours'] }),
  hours: number({ description: 'Train for N hours.', exclusive: ['steps'] }),
  validate: Flags.string({
    helpValue: 'DIR',
    description: 'Pictures to judge by, never trained on (default: every 20th picture, held back).',
  }),
  seed: wholeNumber({ description: 'Seed of the weights and patches (default: 1).' }),
  rate: number({
    description: 'Highest learning rate (default: 0.0025, 0.0015 or 0.001 by size, with --from 0.0005).',
  }),
  batch: wholeNumber({
    description:
      'Patches of 48×48 px that each step learns from: fewer learn more in a short training, more in a long one (default: 4).',
  }),
  threads: wholeNumber({ char: 't', description: 'Threads that compute (default: one per usable core).' }),
  'max-memory': bytes({ description: 'Memory for decoded pictures (default: 1G).' }),
  html: Flags.string({
    helpValue: 'FILE',
    description: 'Write an HTML page with the curve, and details over time, at each validation.',
  }),
  resume: Flags.boolean({ description: 'Continue from FILE.checkpoint, to the same end.' }),
  ...jsonFlag,
  quiet,
  verbose,
};

export type TrainFlags = Interfaces.InferredFlags<typeof trainFlags>;
