import { SrganError } from '../../../system/errors.js';

interface Reason {
  readonly what: string;
  readonly hint?: string;
}

const WHICH_URL = 'Check --redis: with TLS it begins with rediss://, without it with redis://.';

const REASONS: readonly (readonly [RegExp, Reason])[] = [
  [/ECONNREFUSED/, { what: 'nothing listens there' }],
  [/ENOTFOUND|EAI_AGAIN/, { what: 'there is no such host' }],
  [/ETIMEDOUT|EHOSTUNREACH|ENETUNREACH/, { what: 'it does not answer', hint: WHICH_URL }],
  [/WRONGPASS/, { what: 'it does not take the user or password' }],
  [/NOAUTH/, { what: 'it wants a password' }],
  [/NOPERM/, { what: 'the user may not do what is needed' }],
  [
    /SELF_SIGNED|UNABLE_TO_GET_ISSUER|UNABLE_TO_VERIFY/,
    {
      what: 'its certificate is of an authority that is not trusted here',
      hint: 'Name the certificate of that authority with NODE_EXTRA_CA_CERTS=FILE.pem.',
    },
  ],
  [
    /ERR_TLS_CERT_ALTNAME_INVALID/,
    {
      what: 'its certificate is for another host',
      hint: 'Name the host in --redis as the certificate does.',
    },
  ],
  [/CERT_HAS_EXPIRED/, { what: 'its certificate has expired' }],
  [
    /ECONNRESET|ERR_SSL|EPROTO|Connection is closed/,
    {
      what: 'it ends the connection at once',
      hint: WHICH_URL,
    },
  ],
];

/** @param title host and port */
export function redisFailure(title: string, cause: unknown): SrganError {
  const message = cause instanceof Error ? `${codeOf(cause)} ${cause.message}` : String(cause);
  const known = REASONS.find(([pattern]) => pattern.test(message))?.[1];
  const what = known?.what ?? message.trim().replace(/\.$/, '');
  return new SrganError('E_QUEUE', `Redis at ${title} cannot be used: ${what}.`, {
    cause,
    hint: known?.hint ?? 'Check --redis, and that a Redis server runs there.',
  });
}

const codeOf = (error: Error) => ('code' in error && typeof error.code === 'string' ? error.code : '');
