import * as Flags from '@oclif/core/flags';
import { jsonFlag } from '../../command-line/flags/report-flags.js';
import { bytes } from '../../command-line/flags/valued.js';

/** Of `srgan models add`. */
export const addFlags = {
  name: Flags.string({
    helpValue: 'NAME',
    description: 'Name for --model (default: the name of the file, directory or package).',
  }),
  all: Flags.boolean({
    description: 'Add all networks of a directory, archive or package.',
  }),
  only: Flags.string({
    multiple: true,
    helpValue: 'NAME',
    description: 'Add only the network of this name. Repeatable.',
    exclusive: ['all'],
  }),
  force: Flags.boolean({ description: 'Replace an added network of the same name.' }),
  sha256: Flags.string({
    multiple: true,
    helpValue: 'HEX',
    description: 'Refuse unless this is the SHA-256 of the archive or of a file of the network. Repeatable.',
  }),
  'max-download': bytes({ description: 'Refuse downloads larger than this (default: 1G).' }),
  ...jsonFlag,
};
