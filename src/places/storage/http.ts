import type { IncomingMessage } from 'node:http';
import type { Settings } from '../../contract/options.js';
import type { Readings, ReadRule } from '../../contract/storage.js';
import { SrganError } from '../../system/errors.js';
import { httpGet } from '../../system/http-client.js';
import { checkedBody, rejectLarger } from './checked-body.js';
import { HttpStatusError, storageFailure } from './storage-failures.js';

const IDLE_MS = 30_000;

/**
 * Opens the storage of files on web servers. Their content type is ignored: the bytes decide.
 * @param settings.allowPrivateAddresses whether a name or a redirect may lead to a private address
 */
export function openHttp({ allowPrivateAddresses }: Pick<Settings, 'allowPrivateAddresses'>): Readings {
  return {
    async read(place, rule) {
      const { signal } = rule;
      const options = { place, code: 'E_READ', allowPrivateAddresses, idleMs: IDLE_MS, signal } as const;
      const answer = await httpGet(new URL(place), options).catch((error: unknown) => {
        throw storageFailure(place, error, 'read');
      });
      const { statusCode = 0 } = answer;
      if (statusCode === 200) return bodyOf(place, answer, rule);
      answer.destroy();
      throw storageFailure(place, new HttpStatusError(statusCode), 'read');
    },
  };
}

function bodyOf(place: string, answer: IncomingMessage, { maxBytes }: ReadRule): AsyncIterable<Uint8Array> {
  const stated = answer.headers['content-length'];
  const encoding = answer.headers['content-encoding'] ?? 'identity';
  try {
    if (encoding !== 'identity')
      throw new SrganError(
        'E_READ',
        `${place}: arrived with the encoding ${encoding}, which was not requested.`,
      );
    rejectLarger(place, Number(stated ?? 0), maxBytes);
  } catch (error) {
    answer.destroy();
    throw error;
  }
  return checkedBody(place, answer, {
    maxBytes,
    declaredBytes: stated === undefined ? undefined : Number(stated),
  });
}
