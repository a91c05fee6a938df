import { SrganError, systemCode, type ErrorCode } from '../../system/errors.js';

/** The properties of the S3 client's errors that are used. */
interface ServiceError {
  readonly name?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

const TRANSIENT_STATUS = new Set([408, 409, 425, 429, 500, 502, 503, 504]);
const TRANSIENT_NAMES = new Set([
  'TimeoutError',
  'RequestTimeout',
  'SlowDown',
  'InternalError',
  'Throttling',
]);
const TRANSIENT_CODES = new Set([
  'ECONNRESET',
  'ECONNREFUSED',
  'ECONNABORTED',
  'EPIPE',
  'EAI_AGAIN',
  'ENETUNREACH',
  'ERR_STREAM_PREMATURE_CLOSE',
]);

/** Messages of the S3 client, when a body does not match its checksum. */
const TRANSIENT_MESSAGES = /^(Checksum mismatch|Connection lost)/;

/** Returns whether a storage or network error may pass. Does not look at the error's causes. */
export function isTransientStorageError(error: unknown): boolean {
  const { name, status } = responseOf(error);
  return (
    (status !== undefined && TRANSIENT_STATUS.has(status)) ||
    TRANSIENT_NAMES.has(name) ||
    TRANSIENT_CODES.has(systemCode(error) ?? '') ||
    (error instanceof Error && TRANSIENT_MESSAGES.test(error.message))
  );
}

/** An unexpected HTTP status. */
export class HttpStatusError extends Error {
  readonly $metadata: { readonly httpStatusCode: number };

  constructor(status: number) {
    super(`the server answered ${status}`);
    this.$metadata = { httpStatusCode: status };
  }
}

/** Makes the error for a connection that ended before the whole body arrived. */
export function truncatedBody(place: string, gotBytes: number, ofBytes: number): SrganError {
  const cause = Object.assign(new Error(`${gotBytes} of ${ofBytes} bytes came`), { code: 'ECONNRESET' });
  return new SrganError('E_READ', `${place}: ended after ${gotBytes} of ${ofBytes} bytes.`, { cause });
}

type Side = 'read' | 'write';

const CODES: Record<Side, { missing: ErrorCode; denied: ErrorCode; other: ErrorCode }> = {
  read: { missing: 'E_NOT_FOUND', denied: 'E_ACCESS', other: 'E_READ' },
  write: { missing: 'E_WRITE', denied: 'E_WRITE', other: 'E_WRITE' },
};

const CREDENTIALS_HINT = 'Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE.';

/** Error names of the client and of servers for invalid or missing credentials. */
const UNKNOWN_CALLER = [
  'CredentialsProviderError',
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'ExpiredToken',
  'InvalidToken',
  'TokenRefreshRequired',
];

/** Turns an error of a storage into a SrganError. */
export function storageFailure(place: string, cause: unknown, side: Side): SrganError {
  if (cause instanceof SrganError) return cause;
  const { name, status } = responseOf(cause);
  const codes = CODES[side];
  const failure = (code: ErrorCode, what: string, hint?: string) =>
    new SrganError(code, `${place}: ${what}.`, { cause, hint });

  if (name === 'AbortError') return failure('E_CANCELLED', 'the run was stopped');
  if (name === 'CredentialsProviderError')
    return failure(codes.denied, 'no credentials were found', CREDENTIALS_HINT);
  if (UNKNOWN_CALLER.includes(name))
    return failure(codes.denied, `the credentials were refused (${name})`, CREDENTIALS_HINT);
  if (name === 'NoSuchBucket') return failure(codes.missing, 'there is no such bucket');
  if (status === 404 || name === 'NoSuchKey') return failure(codes.missing, 'does not exist');
  if (status === 401 || status === 403)
    return failure(codes.denied, `${side === 'read' ? 'reading it' : 'writing there'} is not allowed`);
  if (status === 301 || name === 'PermanentRedirect')
    return failure(codes.other, 'the bucket is in another region', 'Name it with --s3-region.');
  if (status === 507 || /quota|storagefull/i.test(name)) return failure('E_NOSPC', 'the storage is full');
  const known =
    status !== undefined && status >= 300 ? `the server answered ${formatStatus(status, name)}` : undefined;
  const verb = side === 'read' ? 'reading' : 'writing';
  return failure(codes.other, known ?? `${verb} failed (${systemCode(cause) ?? (name || 'unknown reason')})`);
}

/** Returns whether an error concerns credentials, bucket or region rather than a single file. */
export function isConfigurationError({ code, cause }: SrganError): boolean {
  const { name, status } = responseOf(cause);
  return (
    code === 'E_STORAGE' ||
    UNKNOWN_CALLER.includes(name) ||
    name === 'NoSuchBucket' ||
    [301, 401, 403].includes(status ?? 0)
  );
}

function formatStatus(status: number, name: string): string {
  return name === '' || name === 'Error' || /^\d+$/.test(name) ? String(status) : `${status} ${name}`;
}

/** Returns the name and HTTP status of an error, as far as it has them. */
export function responseOf(error: unknown): { name: string; status: number | undefined } {
  if (!(error instanceof Error)) return { name: '', status: undefined };
  const { name, $metadata } = error as ServiceError;
  return { name: typeof name === 'string' ? name : '', status: $metadata?.httpStatusCode };
}

/** System errors that may pass. */
const TRANSIENT_SYSTEM_CODES = new Set(['EAGAIN', 'EMFILE', 'ENFILE', 'EIO', 'EBUSY', 'ETIMEDOUT', 'ESTALE']);

/** Returns whether the same work may succeed later, judging by the error and its causes. */
export function isTransient(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof SrganError && cause.code === 'E_WORKER_LOST') return true;
    if (TRANSIENT_SYSTEM_CODES.has(systemCode(cause) ?? '') || isTransientStorageError(cause)) return true;
  }
  return false;
}
