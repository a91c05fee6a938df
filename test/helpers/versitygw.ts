import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import test, { type ExecutionContext } from 'ava';
import { freePort } from './free-port.js';
import { reach, type S3Server } from './s3-server.js';
import { temporaryDirectory } from './temporary-directory.js';
import { testWhere } from './where.js';

const NAME = 'versitygw';
const installed = fileURLToPath(new URL(`../../../node_modules/.cache/bin/${NAME}`, import.meta.url));

/** The server, as .ci/run installs it, or on the path. */
const program = [
  installed,
  ...(process.env.PATH ?? '').split(delimiter).map((directory) => join(directory, NAME)),
].find((file) => existsSync(file));

const SETUP =
  'GOBIN=$PWD/node_modules/.cache/bin go install github.com/versity/versitygw/cmd/versitygw@v1.8.0';

/** A test that needs an S3 server which keeps to conditions, also those of an upload in parts. */
export const testWithConditions = testWhere(
  program !== undefined,
  `there is no ${NAME}: ${SETUP}`,
  test.serial,
);

/** Such a server, with its objects as files of a directory; everything is gone after the test. */
export async function startVersitygw(t: ExecutionContext): Promise<S3Server> {
  const directory = await temporaryDirectory(t);
  const [data, sidecar] = ['data', 'sidecar'].map((name) => join(directory, name)) as [string, string];
  for (const made of [data, sidecar]) await mkdir(made);
  const port = await freePort();
  const server = spawn(
    program ?? '',
    ['--access', 'x', '--secret', 'y', '--port', `127.0.0.1:${port}`, 'posix', '--sidecar', sidecar, data],
    { stdio: 'ignore' },
  );
  const stop = () => void server.kill('SIGKILL');
  t.teardown(stop);
  // a test process that dies tears nothing down
  process.once('exit', stop);
  await answers(port, () => server.exitCode !== null);
  return reach(t, port);
}

/** Resolves when it takes connections. */
async function answers(port: number, hasEnded: () => boolean): Promise<void> {
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    const isThere = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    });
    socket.destroy();
    if (isThere) return;
    if (hasEnded()) throw new Error(`${NAME} ended at once`);
  }
}
