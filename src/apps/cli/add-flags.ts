import * as Flags from '@oclif/core/flags';
import { jsonFlag } from '../../command-line/flags/report-flags.js';
import { bytes } from '../../command-line/flags/valued.js';

/** Of `srgan models add`. */
export const addFlags = {
  name: Flags.string({
    helpValue: 'NAME',
    description: 'What --model calls it; otherwise as its file, folder or package is named.',
  }),
  all: Flags.boolean({
    description: 'Keep all networks of a folder, archive or package that holds several.',
  }),
  only: Flags.string({
    multiple: true,
    helpValue: 'NAME',
    description: 'Of several, keep the one of this name. May be given again.',
    exclusive: ['all'],
  }),
  force: Flags.boolean({ description: 'Replace a kept network of the same name.' }),
  sha256: Flags.string({
    multiple: true,
    helpValue: 'HEX',
    description:
      'Keep nothing unless this is the sum of the archive, or of a file of the network. May be given again.',
  }),
  'max-download': bytes({ description: 'Give a download up that is larger; otherwise 1G.' }),
  ...jsonFlag,
};
