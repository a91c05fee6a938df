import { SrganError, systemCode, type ErrorCode } from '../../system/errors.js';

/** As much as is used of what the S3 client throws. */
interface Answer {
  readonly name?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

const PASSING_STATUS = new Set([408, 409, 425, 429, 500, 502, 503, 504]);
const PASSING_NAMES = new Set(['TimeoutError', 'RequestTimeout', 'SlowDown', 'InternalError', 'Throttling']);
const PASSING_CODES = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'EAI_AGAIN',
  'ENETUNREACH',
  'ERR_STREAM_PREMATURE_CLOSE',
]);

/** Of the S3 client, where it compares what came with the checksum that was promised. */
const PASSING_WORDS = /^(Checksum mismatch|Connection lost)/;

/** Whether a storage or the way to it may do better a moment later; not asked of the causes of the error. */
export function storageMayRecover(error: unknown): boolean {
  const { name, status } = answerOf(error);
  return (
    (status !== undefined && PASSING_STATUS.has(status)) ||
    PASSING_NAMES.has(name) ||
    PASSING_CODES.has(systemCode(error) ?? '') ||
    (error instanceof Error && PASSING_WORDS.test(error.message))
  );
}

/** An answer of a server over HTTP that is not what was asked for. */
export class AnswerError extends Error {
  readonly $metadata: { readonly httpStatusCode: number };

  constructor(status: number) {
    super(`the server answered ${status}`);
    this.$metadata = { httpStatusCode: status };
  }
}

/** The connection ended before all that was promised had come. */
export function cutOff(place: string, gotBytes: number, ofBytes: number): SrganError {
  const cause = Object.assign(new Error(`${gotBytes} of ${ofBytes} bytes came`), { code: 'ECONNRESET' });
  return new SrganError('E_READ', `${place}: ended after ${gotBytes} of ${ofBytes} bytes.`, { cause });
}

type Side = 'read' | 'write';

const CODES: Record<Side, { missing: ErrorCode; denied: ErrorCode; other: ErrorCode }> = {
  read: { missing: 'E_NOT_FOUND', denied: 'E_ACCESS', other: 'E_READ' },
  write: { missing: 'E_WRITE', denied: 'E_WRITE', other: 'E_WRITE' },
};

const CREDENTIALS_HINT = 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE.';

/** Names by which the client and servers say that they do not know who asks. */
const UNKNOWN_CALLER = [
  'CredentialsProviderError',
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'ExpiredToken',
  'InvalidToken',
  'TokenRefreshRequired',
];

/** What went wrong at an address, with the answer as its cause. */
export function storageFailure(place: string, cause: unknown, side: Side): SrganError {
  if (cause instanceof SrganError) return cause;
  const { name, status } = answerOf(cause);
  const codes = CODES[side];
  const failure = (code: ErrorCode, what: string, hint?: string) =>
    new SrganError(code, `${place}: ${what}.`, { cause, hint });

  if (name === 'AbortError') return failure('E_CANCELLED', 'the run was stopped');
  if (name === 'CredentialsProviderError')
    return failure(codes.denied, 'there are no credentials', CREDENTIALS_HINT);
  if (UNKNOWN_CALLER.includes(name))
    return failure(codes.denied, `the credentials were refused (${name})`, CREDENTIALS_HINT);
  if (name === 'NoSuchBucket') return failure(codes.missing, 'there is no such bucket');
  if (status === 404 || name === 'NoSuchKey') return failure(codes.missing, 'does not exist');
  if (status === 401 || status === 403)
    return failure(codes.denied, side === 'read' ? 'may not be read' : 'writing there is not allowed');
  if (status === 301 || name === 'PermanentRedirect')
    return failure(codes.other, 'the bucket is in another region', 'Name it with --s3-region.');
  if (status === 507 || /quota|storagefull/i.test(name)) return failure('E_NOSPC', 'the storage is full');
  const known =
    status !== undefined && status >= 300 ? `the server answered ${said(status, name)}` : undefined;
  const verb = side === 'read' ? 'reading' : 'writing';
  return failure(codes.other, known ?? `${verb} failed (${systemCode(cause) ?? (name || 'unknown reason')})`);
}

/** Whether it is about the set-up rather than about one file: who asks, and where. */
export function isSetUp({ code, cause }: SrganError): boolean {
  const { name, status } = answerOf(cause);
  return (
    code === 'E_STORAGE' ||
    UNKNOWN_CALLER.includes(name) ||
    name === 'NoSuchBucket' ||
    [301, 401, 403].includes(status ?? 0)
  );
}

function said(status: number, name: string): string {
  return name === '' || name === 'Error' || /^\d+$/.test(name) ? String(status) : `${status} ${name}`;
}

/** The name and the HTTP status by which it says what is wrong. */
export function answerOf(error: unknown): { name: string; status: number | undefined } {
  if (!(error instanceof Error)) return { name: '', status: undefined };
  const { name, $metadata } = error as Answer;
  return { name: typeof name === 'string' ? name : '', status: $metadata?.httpStatusCode };
}
