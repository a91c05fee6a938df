import { run } from '@oclif/core/run';
import { ownProcess } from '../pixels/vips.js';

/** Runs the command line of this process; `root` is the directory of the package. */
export async function main(root: string, argv: string[] = process.argv.slice(2)): Promise<void> {
  ownProcess();
  // the work continues even if messages can no longer be shown
  process.stderr.on('error', () => undefined);
  process.on('uncaughtException', (error) => {
    fail(error, argv, root).then(
      (status) => process.exit(status),
      () => process.exit(1),
    );
  });
  try {
    const words = (await withOwnBytes(argv)).map(withOptionalValue);
    // no plugins, so nothing is searched outside of the package
    await run(words, { root, userPlugins: false, devPlugins: false });
  } catch (error) {
    process.exitCode = await fail(error, argv, root);
  }
}

/** Rewrites `--resume=strict`, since oclif has no flags with an optional value. */
const withOptionalValue = (arg: string): string => (arg === '--resume=strict' ? '--resume-strict' : arg);

/** Restores bytes that are not UTF-8, which Node replaces by U+FFFD in arguments and the working directory. */
async function withOwnBytes(argv: string[]): Promise<string[]> {
  if (![workingDirectory(), ...argv].some((text) => text.includes('\ufffd'))) return argv;
  const { restoreArguments, restoreWorkingDirectory } = await import('./raw-names.js');
  restoreWorkingDirectory();
  return restoreArguments(argv);
}

function workingDirectory(): string {
  try {
    return process.cwd();
  } catch {
    // the directory is gone; whoever needs it reports that
    return '';
  }
}

async function fail(error: unknown, argv: readonly string[], root: string): Promise<number> {
  const explaining = await import('./explain.js').catch(() => undefined);
  // modules cannot be loaded at all; throwing would end up here again, endlessly
  if (!explaining) {
    process.stderr.write(
      `srgan: The program cannot be loaded: ${error instanceof Error ? error.message : String(error)}\n`,
    );
    return 2;
  }
  const { explain } = explaining;
  const { lines, exitStatus } = explain(error, {
    verbose: isVerbose(argv),
    suggestion: await suggestion(error, argv, root),
  });
  if (lines.length > 0) process.stderr.write(`${lines.join('\n')}\n`);
  return exitStatus;
}

async function suggestion(
  error: unknown,
  argv: readonly string[],
  root: string,
): Promise<string | undefined> {
  if (!(error instanceof Error) || !/^(?:command .+ not found|Nonexistent flags?)/.test(error.message))
    return undefined;
  try {
    const { suggest } = await import('./suggest.js');
    return await suggest(error.message, argv, root);
  } catch {
    // a missing suggestion is no reason to hide the error itself
    return undefined;
  }
}

/** Determined independently of the parser, which may be what failed. */
function isVerbose(argv: readonly string[]): boolean {
  const end = argv.indexOf('--');
  const flags = end < 0 ? argv : argv.slice(0, end);
  return (
    flags.some((arg) => arg === '--verbose' || /^-[a-z0]*v/.test(arg)) || Boolean(process.env.SRGAN_VERBOSE)
  );
}
