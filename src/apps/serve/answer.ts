import { SrganError, type ErrorCode } from '../../system/errors.js';

/** Codes of failures that only the service has, beside those of srgan itself. */
export type ServiceCode =
  | 'E_UNAUTHORIZED'
  | 'E_FORBIDDEN'
  | 'E_NO_SUCH_THING'
  | 'E_BAD_REQUEST'
  | 'E_SLOW'
  | 'E_BUSY'
  | 'E_DISK_QUOTA'
  | 'E_STOPPING';

/** A failure with the HTTP status that it is answered with. */
export class ServiceError extends Error {
  override readonly name = 'ServiceError';

  constructor(
    readonly status: number,
    readonly code: ServiceCode,
    sentence: string,
    /** Of a failure that passes: when to come again. */
    readonly retryAfterS?: number,
  ) {
    super(sentence);
  }
}

/** What every failure is answered with. */
export interface FailureBody {
  readonly error: { readonly code: string; readonly message: string; readonly hint?: string };
}

const STATUS: Partial<Record<ErrorCode, number>> = {
  E_USAGE: 400,
  E_MODEL: 400,
  E_NOT_FOUND: 404,
  E_ACCESS: 403,
  E_READ: 502,
  E_TOO_LARGE: 413,
  E_UNSUPPORTED: 415,
  E_EMPTY: 422,
  E_DECODE: 422,
  E_TRUNCATED: 422,
  E_ENCODE: 422,
  E_VERIFY: 422,
  E_CANCELLED: 503,
  E_TIME_LIMIT: 503,
  E_WORKER_LOST: 503,
  E_NOSPC: 507,
};

/** HTTP status of a failed image; 500 for whatever is no fault of the request. */
export const statusOf = (code: string): number => STATUS[code as ErrorCode] ?? 500;

/**
 * Names of the server's files that may occur in sentences, and what a client knows them by.
 * @returns the sentence with every such name replaced
 */
export type Rename = (sentence: string) => string;

export function renaming(names: Readonly<Record<string, string>>): Rename {
  // longer names first, since one may be the beginning of another
  const pairs = Object.entries(names).sort(([a], [b]) => b.length - a.length);
  return (sentence) => pairs.reduce((text, [path, name]) => text.replaceAll(path, name), sentence);
}

/** A failure as the client is told of it: no path of the server, and no hint that is about command-line flags. */
export function failureBody(error: Failure, rename: Rename = (sentence) => sentence): FailureBody {
  const { code, message, hint } = error;
  const told = hint !== undefined && !/(^|\s|')--?\w/.test(hint) ? { hint: rename(hint) } : {};
  return { error: { code, message: rename(message), ...told } };
}

interface Failure {
  readonly code: string;
  readonly message: string;
  readonly hint?: string | undefined;
}

/** Status and body for anything that was thrown. */
export function answerOf(error: unknown): {
  status: number;
  body: FailureBody;
  retryAfterS?: number | undefined;
} {
  if (error instanceof ServiceError) {
    const { status, code, message, retryAfterS } = error;
    return { status, body: failureBody({ code, message }), retryAfterS };
  }
  if (error instanceof SrganError) return { status: statusOf(error.code), body: failureBody(error) };
  const status = statusCodeOf(error);
  if (status !== undefined && status >= 400 && status < 500) {
    const message = error instanceof Error ? sentence(error.message) : 'The request cannot be understood.';
    return { status, body: failureBody({ code: 'E_BAD_REQUEST', message }) };
  }
  return {
    status: 500,
    body: failureBody({
      code: 'E_INTERNAL',
      message: 'Something went wrong in the service; its log says what.',
    }),
  };
}

/** Of an error that Fastify or one of its plugins made. */
function statusCodeOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('statusCode' in error)) return undefined;
  return typeof error.statusCode === 'number' ? error.statusCode : undefined;
}

function sentence(text: string): string {
  const line = text.split('\n', 1)[0] ?? '';
  return line.endsWith('.') ? line : `${line}.`;
}
