import type { ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ExecutionContext } from 'ava';

const INSTALLED = fileURLToPath(new URL('../../../node_modules/.cache/bin', import.meta.url));

export interface GoProgram {
  /** Undefined where it is not there. */
  readonly file: string | undefined;
  /** Why its tests are skipped then, with what would install it. */
  readonly missing: string;
}

/** A program of the Go toolchain, as .ci/run installs it, or on the path. */
export function goProgram(name: string, module: string): GoProgram {
  const directories = [INSTALLED, ...(process.env.PATH ?? '').split(delimiter)];
  return {
    file: directories.map((directory) => join(directory, name)).find((file) => existsSync(file)),
    missing: `there is no ${name}: GOBIN=$PWD/node_modules/.cache/bin go install ${module}`,
  };
}

/** Ends a server with its test. */
export function endsWith(t: ExecutionContext, server: ChildProcess): void {
  const stop = () => void server.kill('SIGKILL');
  t.teardown(stop);
  // a test process that dies tears nothing down
  process.once('exit', stop);
}
