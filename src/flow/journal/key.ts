import { hash } from 'node:crypto';
import { kernelIdentity } from '../../network/engines/native/binding.js';
import { hashFile } from '../../system/files/hash-file.js';
import type { Job } from '../../contract/job.js';
import type { Settings } from '../../contract/options.js';
import { passesOf } from '../plan/passes.js';
import type { Networks } from '../../contract/ports.js';

/**
 * Names what a result depends on: the source's bytes, the networks' content, and every option that changes the
 * result. Equal keys mean equal results. 64 hex digits.
 * @throws SrganError E_READ, E_MODEL
 */
export async function resultKey(job: Job, settings: Settings, networks: Networks): Promise<string> {
  const source = await hashFile(job.file);
  const { format } = job;
  // the bytes themselves are the result, whatever the other options say
  if (job.action === 'copy') return hash('sha256', JSON.stringify({ source, copy: true }));
  const passes = await Promise.all(
    passesOf(job).map(async ({ model, factor }) => (await networks.load(model, factor)).key),
  );
  const { targetWidthPx, targetHeightPx, quality } = job;
  const { lossless, fastPng, strip, tta, tile, engine, device } = settings;
  const size = { targetWidthPx, targetHeightPx };
  // machines with other instructions may differ by a level
  const kernels = engine === 'native' ? { kernels: kernelIdentity() } : {};
  const options = { format, quality, lossless, fastPng, strip, tta, tile, engine, device };
  return hash('sha256', JSON.stringify({ source, passes, ...size, ...options, ...kernels }));
}
