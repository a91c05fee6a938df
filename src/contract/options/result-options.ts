import { flag, integer, number, oneOf, text } from '../../system/expect.js';
import { MAX_SCALE, type Size } from '../../system/measures.js';
import { DEVICES, ENGINE_NAMES, type Device, type EngineName } from '../engine.js';
import { OUTPUT_FORMATS, type OutputFormat } from '../job.js';
import { EFFORTS, KIND_CHOICES, type Effort, type KindChoice } from '../own-names.js';
import { side, size } from './checks.js';
import { option } from './option.js';

const SAME_OR_FORMAT = [...OUTPUT_FORMATS, 'same'] as const;
const IF_LARGER = ['copy', 'skip'] as const;

/** Size and format of the results. */
export const RESULT_OPTIONS = {
  /** Any factor above 0. Default: 2 for the built-in networks, otherwise the network's own factor. */
  scale: option<number>()({
    check: number(Number.MIN_VALUE, MAX_SCALE, `a number above 0, at most ${MAX_SCALE}`),
    changesResult: 'plan',
    http: true,
    perImage: true,
    flag: {
      form: 'number',
      group: 'RESULT',
      char: 's',
      help: "Scale factor, any number above 0 (default: the network's own, 2 for built-in networks).",
    },
  }),
  width: option<number>()({
    check: side,
    changesResult: 'plan',
    excludes: ['scale'],
    http: true,
    perImage: true,
    flag: { form: 'whole', group: 'RESULT', help: 'Output width in pixels.' },
  }),
  height: option<number>()({
    check: side,
    changesResult: 'plan',
    excludes: ['scale'],
    http: true,
    perImage: true,
    flag: { form: 'whole', group: 'RESULT', help: 'Output height in pixels.' },
  }),
  minSize: option<Size>()({
    check: size,
    changesResult: 'plan',
    excludes: ['scale', 'width', 'height'],
    http: true,
    flag: { form: 'size', group: 'RESULT', help: 'Enlarge each image to at least this size.' },
  }),
  maxSize: option<Size>()({
    check: size,
    changesResult: 'plan',
    http: true,
    flag: { form: 'size', group: 'RESULT', help: 'Limit outputs to this size.' },
  }),
  /** What to do with an image that is already large enough. Default copy. */
  ifLarger: option<(typeof IF_LARGER)[number]>()({
    check: oneOf(IF_LARGER),
    default: 'copy',
    changesResult: 'plan',
    http: true,
    flag: {
      form: 'choice',
      group: 'RESULT',
      help: 'What to do with an image that is already large enough (default: copy).',
    },
  }),
  /** Default `same`: the source's own format where it can be written, else png. */
  format: option<OutputFormat | 'same'>()({
    check: oneOf(SAME_OR_FORMAT),
    default: 'same',
    changesResult: 'key',
    http: true,
    perImage: true,
    flag: {
      form: 'choice',
      group: 'RESULT',
      char: 'f',
      help: 'Output format (default: same as the source).',
    },
  }),
  /** 1..100 for jpeg, webp and avif. */
  quality: option<number>()({
    check: integer(1, 100, 'a whole number from 1 to 100'),
    changesResult: 'key',
    http: true,
    perImage: true,
    flag: { form: 'whole', group: 'RESULT', help: 'Quality of JPEG, WebP and AVIF, 1 to 100.' },
  }),
  /** Write WebP and AVIF losslessly. */
  lossless: option<boolean>()({
    check: flag,
    default: false,
    changesResult: 'key',
    excludes: ['quality'],
    http: true,
    flag: { form: 'switch', group: 'RESULT', help: 'Write WebP and AVIF losslessly.' },
  }),
  /** Never look for repetition in PNG: up to a quarter less time, far larger files for flat drawings. */
  fastPng: option<boolean>()({
    check: flag,
    default: false,
    changesResult: 'key',
    flag: {
      form: 'switch',
      group: 'RESULT',
      help: 'Write PNG faster with less compression: up to a quarter less encoding time, much larger files for flat drawings.',
    },
  }),
  /** Drop metadata. The colour profile stays, since the pixels mean nothing without it. */
  strip: option<boolean>()({
    check: flag,
    default: false,
    changesResult: 'key',
    http: true,
    flag: {
      form: 'switch',
      group: 'RESULT',
      help: 'Drop EXIF, XMP and other metadata; the colour profile is kept.',
    },
  }),
};

/** The network, and how it is run. */
export const NETWORK_OPTIONS = {
  /** Kind of srgan's own network; `auto` chooses one for each image from its bytes. Default auto. */
  kind: option<KindChoice>()({
    check: oneOf(KIND_CHOICES),
    changesResult: 'plan',
    excludes: ['model'],
    http: true,
    flag: {
      form: 'choice',
      group: 'NETWORK',
      help: 'Kind of built-in network: clean (lossless sources), photo (photographs with JPEG artifacts), drawing (default: auto, chosen for each image from its bytes).',
    },
  }),
  /** Size of srgan's own network; each takes about four times as long as the one before it. Default balanced. */
  effort: option<Effort>()({
    check: oneOf(EFFORTS),
    changesResult: 'plan',
    excludes: ['model'],
    http: true,
    flag: {
      form: 'choice',
      group: 'NETWORK',
      help: 'Size of the built-in network; each takes about four times as long as the one before (default: balanced).',
    },
  }),
  /** A network by name or path, in place of what `kind` and `effort` choose. */
  model: option<string>()({
    check: text,
    changesResult: 'plan',
    perImage: true,
    http: 'Name of a network that /v1/models lists, in place of kind and effort.',
    flag: {
      form: 'text',
      group: 'NETWORK',
      char: 'm',
      placeholder: 'NAME|PATH',
      help: "Network: a name from 'srgan models', or the path of an .onnx, .param, .bin or .rsr file or a TensorFlow.js model.json (default: chosen by --kind and --effort).",
    },
  }),
  /** Default: native on the CPU where the kernels were built, else onnx. */
  engine: option<EngineName>()({
    check: oneOf(ENGINE_NAMES),
    changesResult: 'key',
    flag: {
      form: 'choice',
      group: 'NETWORK',
      help: 'Engine that runs the network: native (kernels of srgan, the default on the CPU; leaves networks it has no kernels for to onnx), onnx (onnxruntime), reference (plain JavaScript, slow, runs anywhere), tfjs (TensorFlow.js, the network as published), resize (no network, plain resampling).',
    },
  }),
  device: option<Device>()({
    check: oneOf(DEVICES),
    default: 'cpu',
    changesResult: 'key',
    flag: { form: 'choice', group: 'NETWORK', help: 'Device that runs the network (default: cpu).' },
  }),
  /** Average over the 8 flips and rotations: 8 times the work, slightly better. */
  tta: option<boolean>()({
    check: flag,
    default: false,
    changesResult: 'key',
    http: true,
    flag: {
      form: 'switch',
      group: 'NETWORK',
      help: 'Average the results of 8 flips and rotations: 8 times the work, slightly better.',
    },
  }),
  /** Fold linear layers together, for the same result within 1 level of 255. Default true. */
  fold: option<boolean>()({
    check: flag,
    default: true,
    changesResult: 'plan',
    flag: {
      form: 'switch',
      group: 'NETWORK',
      negatable: true,
      help: 'Fold linear layers together (default): same result within 1 level of 255, less work.',
    },
  }),
  /** Compare each tile's result with its source; a bad tile is computed again with the network as published. */
  verify: option<boolean>()({
    check: flag,
    default: false,
    changesResult: 'plan',
    http: "Check the network's output against the source.",
    flag: {
      form: 'switch',
      group: 'NETWORK',
      help: 'Check each tile against its source. A tile that is black, flat, garbled or not a number is computed again without folding, and fails if that is no better.',
    },
  }),
  /** Side of a tile in input pixels. Default: chosen from the network. */
  tile: option<number>()({
    check: integer(8, 65_536, 'a whole number of pixels from 8 to 65536'),
    changesResult: 'key',
    flag: { form: 'whole', group: 'NETWORK', help: 'Tile size in source pixels.' },
  }),
};
