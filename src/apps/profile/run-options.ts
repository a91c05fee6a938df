import { readFile } from '../../system/files/fs.js';
import type { PipeOptions } from '../../contract/options.js';
import { pipe } from '../../flow/pipe.js';
import { ownProcess } from '../../pixels/vips.js';

/** Entry point of a child process: runs the pipeline silently with the options in the JSON file named by its argument. */

/** Exit status of a program ended by Ctrl-C, as a shell reports it. */
const INTERRUPTED_STATUS = 130;

ownProcess();
const options = JSON.parse(await readFile(process.argv[2] ?? '', 'utf8')) as PipeOptions;
const drain = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => drain.abort());
const { exitStatus } = await pipe({ ...options, drain: drain.signal });
process.exitCode = drain.signal.aborted ? INTERRUPTED_STATUS : exitStatus;
