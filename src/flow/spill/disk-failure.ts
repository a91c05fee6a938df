import { getSystemErrorMap } from 'node:util';
import { SrganError, systemCode } from '../../system/errors.js';
import { writeFailure } from '../../system/files/write-files.js';

/** A failure on the way through temp files, told as that of the result; what is no fault of the disk stays. */
export function diskFailure(output: string, error: unknown): unknown {
  if (error instanceof SrganError) return error;
  if (systemCode(error) !== undefined) return writeFailure(output, error);
  const code = codeInMessage(error);
  return code === undefined
    ? error
    : writeFailure(output, Object.assign(new Error(code, { cause: error }), { code }));
}

/** libvips puts the system's words into its message. */
function codeInMessage(error: unknown): string | undefined {
  const message = error instanceof Error ? error.message : '';
  if (!/write (failed|error)/.test(message)) return undefined;
  const words = /^system error: (.*)$/m.exec(message)?.[1]?.toLowerCase();
  const known = [...getSystemErrorMap().values()].find(([, text]) => text === words);
  return known?.[0];
}
