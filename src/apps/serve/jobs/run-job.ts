import { pipeline } from 'node:stream/promises';
import type { Outcome } from '../../../contract/job.js';
import { pipeWithin } from '../../../flow/pipe.js';
import { openHttp } from '../../../places/storage/http.js';
import { asSrganError, SrganError } from '../../../system/errors.js';
import { createWriteStream, rm } from '../../../system/files/fs.js';
import { writeFailure } from '../../../system/files/write-files.js';
import type { Admission } from '../fair-queue.js';
import { overDefaults } from '../image-options.js';
import type { Service } from '../service.js';
import type { Job } from './upscale-job.js';
import { readBegun, resultOf, resultThere, type JobResult } from './job-files.js';

/** An image that was being worked on so often when the process died is not tried again. */
const MAX_BEGUN = 3;

/**
 * Works on what is left of a job, one place of the queue for each image, until all have ended or the service stops.
 * The journal is the flow's own, so that a later process goes on where this one ends.
 */
export async function runJob(job: Job, service: Service, admission: Admission): Promise<void> {
  const { manifest, files, results, active, events, stop } = job;
  const { settings, machinery, metrics, quota } = service;
  const signal = AbortSignal.any([stop.signal, service.drain]);
  const places = new Map<number, () => void>();
  const begun = await readBegun(files);
  const left = manifest.files.map((_file, n) => n).filter((n) => !results.has(n));
  let wake: (() => void) | undefined;

  try {
    await pipeWithin(
      { machinery },
      {
        inputs: { kind: 'iterable', sources: sources() },
        base: files.sources,
        out: files.results,
        name: '{name}.{ext}',
        ...overDefaults(settings.image, manifest.options),
        journal: files.journal,
        resume: true,
        overwrite: true,
        signal: stop.signal,
        drain: service.drain,
        onOutcome: take,
      },
    );
  } catch (error) {
    if (!signal.aborted && !isNoInput(error)) failRest(error);
  } finally {
    admission.leave();
    for (const release of places.values()) release();
    active.clear();
  }
  if (results.size === manifest.files.length) {
    job.endedAt = Date.now();
    await rm(files.sources, { recursive: true, force: true });
  }
  events.emit('end');

  async function* sources() {
    // what may have ended an earlier process comes last and alone, so that it does no harm to the others
    const suspects = left.filter((n) => begun.has(n));
    for (const n of [...left.filter((n) => !begun.has(n)), ...suspects]) {
      const isSuspect = begun.has(n);
      if (isSuspect) await idle();
      if ((begun.get(n) ?? 0) >= MAX_BEGUN) {
        fail(
          n,
          new SrganError('E_WORKER_LOST', 'The service ended several times while it worked on this image.'),
        );
        continue;
      }
      const { url } = manifest.files[n] ?? {};
      if (url !== undefined && !(await fetched(n, url))) continue;
      try {
        places.set(n, await admission.take(signal));
      } catch {
        return;
      }
      files.noteBegun(n);
      active.add(n);
      events.emit('progress');
      yield { src: files.source(n), n };
      if (isSuspect) await idle();
    }
  }

  async function idle(): Promise<void> {
    while (places.size > 0 && !signal.aborted) {
      await new Promise<void>((resolve) => {
        wake = resolve;
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
  }

  async function fetched(n: number, url: string): Promise<boolean> {
    const file = files.source(n);
    try {
      await rm(file, { force: true });
      const { allowPrivateAddresses, image } = settings;
      const body = await openHttp({ allowPrivateAddresses }).read(url, {
        maxBytes: image.maxInputBytes,
        signal,
      });
      await pipeline(body, counted, createWriteStream(file, { flags: 'wx', mode: 0o600 }), { signal });
      return true;
    } catch (error) {
      if (!signal.aborted) fail(n, error instanceof SrganError ? error : writeFailure(url, error));
      return false;
    }
  }

  async function* counted(chunks: AsyncIterable<Uint8Array>) {
    for await (const chunk of chunks) {
      quota.take(chunk.length);
      job.bytes += chunk.length;
      yield chunk;
    }
  }

  async function take(outcome: Outcome): Promise<void> {
    const n = Number(outcome.extra.n);
    places.get(n)?.();
    places.delete(n);
    active.delete(n);
    wake?.();
    const told = resultOf(outcome);
    if (!told) return;
    metrics.image(outcome);
    end(told.status === 'skipped' ? { ...told, ...(await resultThere(files, n)) } : told);
  }

  function fail(n: number, { code, message, hint }: SrganError): void {
    end({ n, status: 'failed', code, message, hint, warnings: [] });
  }

  function failRest(error: unknown): void {
    const failure = asSrganError(
      error,
      'E_INTERNAL',
      'Something went wrong in the service; its log says what.',
    );
    if (!(error instanceof SrganError)) service.say(`A job failed: ${String(error)}`);
    for (const n of left) if (!results.has(n)) fail(n, failure);
  }

  function end(result: JobResult): void {
    results.set(result.n, result);
    const bytes = result.outputBytes ?? 0;
    quota.count(bytes);
    job.bytes += bytes;
    events.emit('result', result);
  }
}

/** Every image failed before the flow saw it. */
const isNoInput = (error: unknown) => error instanceof SrganError && error.code === 'E_NO_INPUT';
