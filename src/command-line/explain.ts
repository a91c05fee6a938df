import { stripVTControlCharacters } from 'node:util';
import { SrganError, systemCode, type ErrorCode } from '../system/errors.js';
import { causes } from '../report/summary-text.js';
import { visible } from '../report/terminal-text.js';

export interface Explanation {
  /** Lines for stderr; none where the error only ends the process. */
  readonly lines: readonly string[];
  readonly exitStatus: number;
}

export interface Explaining {
  /** Show causes, and the stack of a bug. */
  readonly verbose: boolean;
  /** Suggestion, shown before the hint. */
  readonly suggestion?: string | undefined;
}

/** Explains the error that ended the program: one sentence, and what can be done. */
export function explain(error: unknown, { verbose, suggestion }: Explaining): Explanation {
  if (isExit(error)) return { lines: [], exitStatus: error.oclif.exit };
  const { sentence, hint, exitStatus } = tell(error);
  const lines = [`srgan: ${visible(sentence)}`];
  for (const line of [suggestion, hint]) if (line) lines.push(`  ${visible(line)}`);
  if (verbose) {
    lines.push(...causes(error).map((cause) => `  ${cause}`));
    if (error instanceof Error && error.stack && isDefect(error)) lines.push(error.stack);
  }
  return { lines, exitStatus };
}

interface Told {
  readonly sentence: string;
  readonly hint?: string | undefined;
  readonly exitStatus: number;
}

const SEE_HELP = 'See srgan --help, or srgan COMMAND --help.';

function tell(error: unknown): Told {
  if (error instanceof SrganError) {
    const sentence = withFlags(withoutParserFrame(error.message), error.code);
    return { sentence, hint: error.hint, exitStatus: error.exitStatus };
  }
  if (isGoneDirectory(error)) return usage('The working directory is not there any more.');
  if (isShortOfFiles(error)) {
    const hint = 'Raise the limit: ulimit -n 1024.';
    return { sentence: 'Too many files are open.', hint, exitStatus: 2 };
  }
  if (isOclif(error)) return tellOclif(withoutParserFrame(error.message));
  const what = error instanceof Error ? error.message : String(error);
  return {
    sentence: `This is a bug in srgan: ${what}`,
    hint: 'Please report it, with the output of -v.',
    exitStatus: 1,
  };
}

/** Rewords the messages of oclif's parser. */
function tellOclif(message: string): Told {
  const unknownFlag = /^Nonexistent flags?: (.+)/.exec(message)?.[1];
  if (unknownFlag) {
    const isFile = /^-[^-].*\./.test(unknownFlag);
    const hint = isFile ? `A file of this name is written ./${unknownFlag}.` : SEE_HELP;
    return { ...usage(`There is no flag ${unknownFlag}.`), hint };
  }
  const command = /^command (.+) not found/.exec(message)?.[1];
  if (command) return usage(`There is no command '${command.replaceAll(':', ' ')}'.`);
  const choice = /^Expected (\S+?)=(.*) to be one of: (.+)/.exec(message);
  if (choice) return usage(`${choice[1]} takes one of ${choice[3]}, not '${choice[2]}'.`);
  return usage(message.endsWith('.') ? message : `${message}.`);
}

const usage = (sentence: string): Told => ({ sentence, hint: SEE_HELP, exitStatus: 2 });

/** Replaces names of library options by the names of their flags. */
function withFlags(sentence: string, code: ErrorCode): string {
  if (code !== 'E_USAGE') return sentence;
  return sentence.replace(
    / for ([a-z][A-Za-z]*) but received /,
    (_, name: string) =>
      ` for --${name.replace(/Px$/, '').replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} but received `,
  );
}

/** Whether the error is that of a missing working directory. */
const isGoneDirectory = (error: unknown) =>
  error instanceof Error && 'syscall' in error && error.syscall === 'uv_cwd';

const isShortOfFiles = (error: unknown) => ['EMFILE', 'ENFILE'].includes(systemCode(error) ?? '');

/** Removes what oclif adds to the message of an error thrown while a flag is parsed. */
function withoutParserFrame(message: string): string {
  const text = message.replace(/^Parsing --\S+ \n\t/, '').replace(/\nSee more help with --help$/, '');
  return stripVTControlCharacters(text).replace(/\s*\n\s*/g, ' ');
}

interface OclifError extends Error {
  oclif: { exit: number };
}

/** Tested by shape, since importing the class would load oclif in every program that explains errors. */
function isOclif(error: unknown): error is OclifError {
  return error instanceof Error && 'oclif' in error;
}

const isExit = (error: unknown): error is OclifError =>
  isOclif(error) && 'code' in error && error.code === 'EEXIT';

const isDefect = (error: unknown) => !(error instanceof SrganError) && !isOclif(error);
