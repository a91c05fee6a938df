import path from 'node:path';
import { PassThrough, pipeline, type Readable } from 'node:stream';
import { ZipFile } from 'yazl';
import { createReadStream } from '../../../system/files/fs.js';
import type { Job } from './upscale-job.js';
import { errorOf, resultFileName } from './job-view.js';

/** The results of a job so far as a zip, one file after the other as it is read; images are compressed already. */
export function archiveOf(job: Job): Readable {
  const zip = new ZipFile();
  const out = new PassThrough();
  const taken = new Set<string>();
  const failures: string[] = [];
  for (const result of job.results.values()) {
    if (result.file === undefined) {
      if (result.status === 'failed') failures.push(errorOf(job, result).error.message);
      continue;
    }
    const file = path.join(job.files.results, result.file);
    const name = freeName(resultFileName(job, result), taken);
    zip.addReadStreamLazy(name, { compress: false, size: result.outputBytes }, (give) => {
      give(
        null,
        createReadStream(file).once('error', (error) => out.destroy(error)),
      );
    });
  }
  if (failures.length > 0) zip.addBuffer(Buffer.from(`${failures.join('\n')}\n`), 'failed.txt');
  zip.once('error', (error: Error) => out.destroy(error));
  pipeline(zip.outputStream, out, () => undefined);
  zip.end();
  return out;
}

/** Two sources may have one name. */
function freeName(name: string, taken: Set<string>): string {
  const { name: stem, ext } = path.parse(name);
  let free = name;
  for (let i = 2; taken.has(free.toLowerCase()); i++) free = `${stem} (${i})${ext}`;
  taken.add(free.toLowerCase());
  return free;
}
