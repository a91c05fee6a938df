import path from 'node:path';
import { failureBody, renaming } from '../answer.js';
import { factorOf, resultName } from '../routes/result-headers.js';
import { stateOf, type Job } from './upscale-job.js';
import type { JobResult } from './job-files.js';

/** A job as its client is told of it. */
export function jobView(job: Job) {
  const { id, at } = job.manifest;
  return {
    id,
    at,
    ...progressOf(job),
    files: job.manifest.files.map(({ name }) => name),
    results: [...job.results.values()].map((result) => resultView(job, result)),
    links: {
      self: `/v1/jobs/${id}`,
      events: `/v1/jobs/${id}/events`,
      archive: `/v1/jobs/${id}/archive`,
    },
  };
}

export function progressOf(job: Job) {
  const { manifest, results, active } = job;
  const failed = [...results.values()].filter(({ status }) => status === 'failed').length;
  return {
    state: stateOf(job),
    total: manifest.files.length,
    ended: results.size,
    failed,
    active: [...active],
  };
}

export function resultView(job: Job, result: JobResult) {
  const { n, status, file, code, reason, warnings } = result;
  const { inputWidthPx, inputHeightPx, outputWidthPx, outputHeightPx, outputBytes } = result;
  const name = nameOf(job, n);
  return {
    n,
    source: name,
    status,
    ...(file === undefined
      ? {}
      : { name: resultFileName(job, result), url: `/v1/jobs/${job.manifest.id}/results/${n}` }),
    ...(code === undefined ? {} : errorOf(job, result)),
    ...(reason === undefined ? {} : { reason }),
    ...(warnings.length === 0 ? {} : { warnings }),
    inputWidthPx,
    inputHeightPx,
    outputWidthPx,
    outputHeightPx,
    outputBytes,
  };
}

export function errorOf(job: Job, { n, code = 'E_INTERNAL', message = '', hint }: JobResult) {
  const { files, manifest } = job;
  const rename = renaming({
    [files.source(n)]: nameOf(job, n),
    [path.relative(process.cwd(), files.source(n))]: nameOf(job, n),
    [files.results]: 'the results',
    [files.directory]: `the job ${manifest.id}`,
  });
  return failureBody({ code, message, hint }, rename);
}

const nameOf = ({ manifest }: Job, n: number): string => manifest.files[n]?.name ?? `image-${n + 1}`;

export function resultFileName(job: Job, result: JobResult): string {
  return resultName(nameOf(job, result.n), { dst: result.file }, factorOf(result));
}
