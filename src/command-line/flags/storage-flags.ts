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
      'What speaks the protocol of S3, for s3://BUCKET/KEY; otherwise as AWS_ENDPOINT_URL and the files of AWS say.',
  }),
  's3-path-style': Flags.boolean({
    ...storage,
    description:
      'Name the bucket in the path of a request and not in its host, as most stores but Amazon want it.',
  }),
  's3-region': Flags.string({
    ...storage,
    helpValue: 'REGION',
    description: 'Region of the buckets; otherwise as AWS_REGION and the files of AWS say, or us-east-1.',
  }),
};

export const storageFlags = {
  ...s3Flags,
  'allow-private-addresses': Flags.boolean({
    ...storage,
    description:
      'Let sources of http and https lead to addresses that are not public, such as of this machine or its network.',
  }),
};

export const stateFlag = {
  state: Flags.string({
    ...storage,
    helpValue: 'DIR',
    description:
      'Directory of the journal where the results go to s3://; otherwise one of its own in ~/.local/state/srgan.',
  }),
};
