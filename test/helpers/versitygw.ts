import { spawn } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import test, { type ExecutionContext } from 'ava';
import { freePort } from './free-port.js';
import { endsWith, goProgram } from './go-program.js';
import { reach, type S3Server } from './s3-server.js';
import { temporaryDirectory } from './temporary-directory.js';
import { testWhere } from './where.js';

const NAME = 'versitygw';
const program = goProgram(NAME, 'github.com/versity/versitygw/cmd/versitygw@v1.8.0');

/** A test that needs an S3 server which keeps to conditions, also those of an upload in parts. */
export const testWithConditions = testWhere(program.file !== undefined, program.missing, test.serial);

/** Such a server, with its objects as files of a directory; everything is gone after the test. */
export async function startVersitygw(t: ExecutionContext): Promise<S3Server> {
  const directory = await temporaryDirectory(t);
  const [data, sidecar] = ['data', 'sidecar'].map((name) => join(directory, name)) as [string, string];
  for (const made of [data, sidecar]) await mkdir(made);
  const port = await freePort();
  const server = spawn(
    program.file ?? '',
    ['--access', 'x', '--secret', 'y', '--port', `127.0.0.1:${port}`, 'posix', '--sidecar', sidecar, data],
    { stdio: 'ignore' },
  );
  endsWith(t, server);
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
