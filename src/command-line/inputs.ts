import { extname } from 'node:path';
import { SrganError } from '../system/errors.js';
import { stat } from '../system/files/fs.js';
import { OUTPUT_FORMATS } from '../contract/job.js';
import type { Inputs, ListFormat } from '../contract/program-inputs.js';
import { isRemote } from '../system/files/address.js';

/** Sources and output directory, from the arguments and flags. */
export interface Selection {
  readonly inputs: Inputs;
  /** Undefined to write each result beside its source. */
  readonly out: string | undefined;
}

export interface SelectionFlags {
  readonly out?: string | undefined;
  readonly 'files-from'?: string | undefined;
  readonly null?: boolean;
  readonly ndjson?: boolean;
}

const STDIN = '-';
const OUT_HINT = 'Name the directory of the results last, or with --out DIR.';

/**
 * @param args positional arguments: sources and, unless --out is given, the output directory
 * @throws SrganError E_USAGE
 */
export async function selectInputs(
  args: readonly string[],
  flags: SelectionFlags,
  openStdin: () => AsyncIterable<Uint8Array>,
): Promise<Selection> {
  if (flags['files-from'] !== undefined) return fromList(flags['files-from'], args);
  if (args[0] === STDIN) return fromList(STDIN, args.slice(1));
  if (args.includes(STDIN)) {
    throw usage(
      "'-' stands for a list on standard input, so it comes first and without other sources.",
      'Such as: srgan pipe - OUT',
    );
  }
  if (flags.ndjson)
    throw usage(
      '--ndjson says how a list is written, but there is no list.',
      "Give '-' for one on standard input, or --files-from FILE.",
    );
  if (args.includes('')) throw usage('An argument is empty.', 'Is a variable of the shell not set?');
  return fromPatterns();

  function fromList(file: string, rest: readonly string[]): Selection {
    const outs = flags.out === undefined ? rest : [flags.out, ...rest];
    const [out, ...tooMany] = outs;
    if (tooMany.length > 0) {
      const where = file === STDIN ? 'a list on standard input' : `the list ${file}`;
      throw usage(
        `The sources come from ${where}, so ${outs.map(quoted).join(' and ')} cannot all be output directories.`,
        'Give one output directory, or none to put each result beside its source.',
      );
    }
    const format: ListFormat = flags.null ? 'nul' : flags.ndjson ? 'ndjson' : 'lines';
    const inputs: Inputs =
      file === STDIN
        ? { kind: 'list', stream: openStdin(), format }
        : { kind: 'list-file', path: file, format };
    return { inputs, out };
  }

  async function fromPatterns(): Promise<Selection> {
    if (args.length === 0)
      throw usage('There is nothing to upscale.', "Such as: srgan pipe 'photos/**/*.jpg' OUT");
    if (flags.out !== undefined) return { inputs: { kind: 'patterns', patterns: args }, out: flags.out };
    const out = args.at(-1) ?? '';
    const patterns = args.slice(0, -1);
    if (patterns.length === 0)
      throw usage(`${quoted(out)} is the only argument, so there is no place for the results.`, OUT_HINT);
    await refuseFile(out, patterns);
    return { inputs: { kind: 'patterns', patterns }, out };
  }
}

/** Refuses a last argument that looks like a file rather than an output directory. */
async function refuseFile(out: string, patterns: readonly string[]): Promise<void> {
  const there = isRemote(out) ? undefined : await stat(out).catch(() => undefined);
  if (there?.isDirectory()) return;
  if (there)
    throw usage(
      `${quoted(out)} is the last argument, but it is a file and not a directory for the results.`,
      OUT_HINT,
    );
  if (/[*?{}[\]]/.test(out)) {
    throw usage(
      `${quoted(out)} is the last argument, but it is a glob and not a directory for the results.`,
      OUT_HINT,
    );
  }
  const extension = extname(out).slice(1).toLowerCase();
  if (!IMAGE_EXTENSIONS.has(extension)) return;
  const name =
    patterns.length === 1
      ? `, and the name with --name, such as --name '{dir}/${out.replace(/^.*[/\\]/, '')}'`
      : '';
  throw usage(
    `${quoted(out)} is the last argument, where the directory of the results goes, but it looks like an image.`,
    `Give the directory with --out DIR${name}.`,
  );
}

const IMAGE_EXTENSIONS: ReadonlySet<string> = new Set([...OUTPUT_FORMATS, 'jpg', 'tif']);

const quoted = (text: string) => `'${text}'`;

const usage = (sentence: string, hint: string) => new SrganError('E_USAGE', sentence, { hint });
