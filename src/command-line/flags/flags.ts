import * as Flags from '@oclif/core/flags';
import { NETWORK_OPTIONS, RESULT_OPTIONS } from '../../contract/options/result-options.js';
import { groupFlags, optionFlags } from './option-flags.js';

/** Flags of images and their processing. Flags with the same meaning have the same name in every command. */

/** oclif's type allows only letters, its parser any character. */
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
  ...optionFlags('recursive', 'include', 'exclude', 'limit'),
};

/** Only for a run, not for work that goes to a queue. */
export const shardFlag = optionFlags('shard');

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

export const namingFlags = optionFlags(
  'out',
  'base',
  'name',
  'suffix',
  'skipExisting',
  'overwrite',
  'dryRun',
);

export const resultFlags = groupFlags(RESULT_OPTIONS);

export const networkFlags = groupFlags(NETWORK_OPTIONS);

/** Limits of one image. */
export const limitFlags = optionFlags(
  'maxPixels',
  'maxFrames',
  'maxInputBytes',
  'maxOutputPixels',
  'maxOutputBytes',
  'timeLimit',
);

/** Resources of a run. */
export const resourceFlags = {
  ...optionFlags('threads', 'sequential', 'chunkSize', 'maxMemory', 'fsync'),
  ...limitFlags,
  ...optionFlags('maxOpenFiles'),
};

export const s3Flags = optionFlags('s3Endpoint', 's3PathStyle', 's3Region');

export const storageFlags = { ...s3Flags, ...optionFlags('allowPrivateAddresses') };

export const stateFlag = optionFlags('state');
