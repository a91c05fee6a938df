import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { readdir, rm, stat } from '../../../system/files/fs.js';
import type { Service } from '../service.js';
import { newJob, type Job } from './upscale-job.js';
import {
  bytesBelow,
  jobFiles,
  makeJobFiles,
  readManifest,
  readResults,
  writeManifest,
  type JobFiles,
  type JobManifest,
} from './job-files.js';
import { runJob } from './run-job.js';

/** All jobs of the service, those of earlier processes too. */
export interface Jobs {
  /** Makes the directory of a job that may come. */
  begin(): Promise<JobFiles>;
  /** Takes what a client has sent; from now on it survives a restart. */
  accept(files: JobFiles, request: Omit<JobManifest, 'id' | 'at'>, bytes: number): Promise<Job>;
  /** Of jobs that belong to the client; otherwise undefined. */
  find(id: string, client: string): Job | undefined;
  /** Stops a job and removes all that there is of it. */
  remove(job: Job): Promise<void>;
  readonly count: number;
  /** Waits until nothing is worked on; after the service was told to drain. */
  close(): Promise<void>;
}

const SWEEP_MS = 60_000;
const ID = /^[\da-f]{24}$/;

/** Takes the jobs up that earlier processes left. */
export async function openJobs(service: Service): Promise<Jobs> {
  const { directory, settings, queue, quota, drain, say } = service;
  const jobs = new Map<string, Job>();
  for (const id of (await readdir(directory.jobs)).sort()) await takeUp(id);
  const sweep = setInterval(
    () => {
      removeOld().catch((error: unknown) => say(`Old jobs cannot be removed: ${String(error)}`));
    },
    Math.min(SWEEP_MS, settings.keepMs),
  );
  sweep.unref();

  return {
    begin: () => makeJobFiles(path.join(directory.jobs, randomBytes(12).toString('hex'))),
    async accept(files, request, bytes) {
      const admission = queue.admit(request.client, request.files.length);
      const id = path.basename(files.directory);
      const manifest = { id, at: new Date().toISOString(), ...request };
      await writeManifest(files, manifest).catch((error: unknown) => {
        admission.leave();
        throw error;
      });
      const job = newJob(manifest, files, bytes);
      jobs.set(id, job);
      start(job, admission);
      return job;
    },
    find(id, client) {
      const job = jobs.get(id);
      // an address is no proof of who it is; the id is a secret that only its client was told
      const isOwn = settings.tokens.length === 0 || job?.manifest.client === client;
      return isOwn ? job : undefined;
    },
    remove,
    get count() {
      return jobs.size;
    },
    async close() {
      clearInterval(sweep);
      await Promise.all([...jobs.values()].map(({ running }) => running));
    },
  };

  function start(job: Job, admission = admitAgain(job)): void {
    job.running = runJob(job, service, admission).catch((error: unknown) =>
      say(`A job failed: ${String(error)}`),
    );
  }

  function admitAgain({ manifest, results }: Job) {
    return queue.admit(manifest.client, manifest.files.length - results.size, { force: true });
  }

  async function takeUp(id: string): Promise<void> {
    const files = jobFiles(path.join(directory.jobs, id));
    const manifest = ID.test(id) ? await readManifest(files) : undefined;
    if (!manifest) {
      await rm(files.directory, { recursive: true, force: true });
      return;
    }
    const bytes = await bytesBelow(files.directory);
    quota.count(bytes);
    const job = newJob(manifest, files, bytes);
    for (const result of await readResults(files)) job.results.set(result.n, result);
    jobs.set(id, job);
    if (job.results.size < manifest.files.length) start(job);
    else job.endedAt = (await stat(files.journal)).mtimeMs;
  }

  async function remove(job: Job): Promise<void> {
    job.stop.abort(new Error('The job was taken back.'));
    await job.running;
    jobs.delete(job.manifest.id);
    await rm(job.files.directory, { recursive: true, force: true });
    quota.give(job.bytes);
    job.bytes = 0;
  }

  async function removeOld(): Promise<void> {
    const before = Date.now() - settings.keepMs;
    for (const job of jobs.values()) {
      if (job.endedAt === undefined || job.endedAt > before || drain.aborted) continue;
      await remove(job).catch((error: unknown) => say(`A job cannot be removed: ${String(error)}`));
    }
  }
}
