/**
 * The codes of all failures a user can see. `exit` is the exit status if the failure ends the whole run; if single
 * images fail, the status is 1.
 */
export const ERROR_CODES = {
  E_USAGE: { exit: 2, about: 'the command line or the options do not make sense' },
  E_NO_INPUT: { exit: 2, about: 'no source matched' },
  E_MODEL: { exit: 2, about: 'the network is unknown, missing or damaged' },
  E_ENGINE: { exit: 2, about: 'the engine is not available, or failed while it ran' },
  E_QUEUE: { exit: 2, about: 'the queue cannot be reached or used' },
  E_STORAGE: { exit: 2, about: 'a storage of sources cannot be reached or listed' },
  E_OUT_DIR: { exit: 2, about: 'the output directory cannot be used' },
  E_TOO_MANY_FAILURES: { exit: 1, about: 'the limit of --max-failures or --fail-fast was reached' },
  E_INTERNAL: { exit: 1, about: 'a bug in srgan' },
  E_NOT_FOUND: { exit: 1, about: 'the source does not exist' },
  E_NOT_A_FILE: { exit: 1, about: 'the source is a directory, socket or device' },
  E_ACCESS: { exit: 1, about: 'no permission to read the source' },
  E_READ: { exit: 1, about: 'reading the source failed' },
  E_EMPTY: { exit: 1, about: 'the source has no bytes' },
  E_UNSUPPORTED: { exit: 1, about: 'not an image, or an unsupported kind' },
  E_DECODE: { exit: 1, about: 'the image is damaged' },
  E_TRUNCATED: { exit: 1, about: 'the image ends too early' },
  E_TOO_LARGE: { exit: 1, about: 'the image exceeds a limit' },
  E_TIME_LIMIT: { exit: 1, about: 'the image exceeded the time limit' },
  E_LIST: { exit: 1, about: 'a line of the list is invalid' },
  E_COLLISION: { exit: 1, about: 'two sources would have the same output' },
  E_OVERWRITE_INPUT: { exit: 1, about: 'the output would replace its own or another input' },
  E_EXISTS: { exit: 1, about: 'the output already exists' },
  E_ENCODE: { exit: 1, about: 'the result could not be encoded' },
  E_WRITE: { exit: 1, about: 'the result could not be written' },
  E_NOSPC: { exit: 1, about: 'the disk or quota is full' },
  E_VERIFY: { exit: 1, about: 'the result differs too much from its source (--verify)' },
  E_WORKER_LOST: { exit: 1, about: 'a worker died while it held the image' },
  E_CANCELLED: { exit: 130, about: 'the run was interrupted before the image was done' },
} as const satisfies Record<string, { exit: number; about: string }>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** One plain sentence for a person, a stable code for a program, and the cause for `-v`. */
export class SrganError extends Error {
  override readonly name = 'SrganError';
  readonly code: ErrorCode;
  /** What the user can do about it: one sentence or a command line. */
  readonly hint: string | undefined;

  constructor(code: ErrorCode, sentence: string, options: { cause?: unknown; hint?: string } = {}) {
    super(sentence, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint;
  }

  get exitStatus(): number {
    return ERROR_CODES[this.code].exit;
  }
}

/** Returns a SrganError unchanged, and wraps any other error in one with the code `fallback`. */
export function asSrganError(error: unknown, fallback: ErrorCode, sentence: string): SrganError {
  return error instanceof SrganError ? error : new SrganError(fallback, sentence, { cause: error });
}

/** Returns the `code` of a Node system error such as ENOENT, or undefined. */
export function systemCode(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' ? code : undefined;
}
