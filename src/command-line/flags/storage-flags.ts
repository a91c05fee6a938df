import * as Flags from '@oclif/core/flags';
import { isHttpUrl } from '../../system/files/address.js';
import { SrganError } from '../../system/errors.js';
import { valued } from './valued.js';

/** Where sources that are no files come from, and results that are none go. */

const storage = { helpGroup: 'STORAGE' };

function readUrl(text: string, name: string): string {
  if (isHttpUrl(text)) return text;
  throw new SrganError('E_USAGE', `${name} needs a URL of http or https, not '${text}'.`);
}

export const s3Flags = {
  's3-endpoint': Flags.string({
    ...storage,
    ...valued(readUrl, 'URL'),
    description:
      'S3-compatible endpoint for s3://BUCKET/KEY (default: AWS_ENDPOINT_URL or the AWS config files).',
  }),
  's3-path-style': Flags.boolean({
    ...storage,
    description:
      "Put the bucket name in the URL path instead of the host, as most stores other than Amazon's need.",
  }),
  's3-region': Flags.string({
    ...storage,
    helpValue: 'REGION',
    description: 'Region of the buckets (default: AWS_REGION, the AWS config files, or us-east-1).',
  }),
};

export const storageFlags = {
  ...s3Flags,
  'allow-private-addresses': Flags.boolean({
    ...storage,
    description: 'Allow http and https sources at private addresses, such as this machine or its network.',
  }),
};

export const stateFlag = {
  state: Flags.string({
    ...storage,
    helpValue: 'DIR',
    description:
      'Directory of the journal when results go to s3:// (default: a directory in ~/.local/state/srgan).',
  }),
};
