import { hash } from 'node:crypto';
import { kernelIdentity } from '../../network/engines/native/binding.js';
import { hashFile } from '../../system/files/hash-file.js';
import type { Job } from '../../contract/job.js';
import { namesWhere, type NamesWith, type Settings } from '../../contract/options.js';
import { passesOf } from '../plan/passes.js';
import type { Networks } from '../../contract/ports.js';

/** Options that are part of a key, in the order that keys have always had them in; the table says which they are. */
const KEY_ORDER = ['format', 'quality', 'lossless', 'fastPng', 'strip', 'tta', 'tile', 'engine', 'device'];
const KEY_OPTIONS = (
  namesWhere(({ changesResult }) => changesResult === 'key') as NamesWith<{ readonly changesResult: 'key' }>[]
).sort((a, b) => placeOf(a) - placeOf(b));

/** A newer option goes behind the others. */
function placeOf(name: string): number {
  const place = KEY_ORDER.indexOf(name);
  return place < 0 ? KEY_ORDER.length : place;
}

/** Of 64 hex digits each. */
export interface ResultKeys {
  readonly key: string;
  /** As earlier versions made it, with the instruction set in it. */
  readonly former: string;
}

/**
 * Names what a result depends on: the source's bytes, the networks' content, and every option that changes the
 * result. Equal keys and an equal maker (`Maker`) mean equal results.
 * @throws SrganError E_READ, E_MODEL
 */
export async function resultKeys(job: Job, settings: Settings, networks: Networks): Promise<ResultKeys> {
  const source = await hashFile(job.file);
  const { format } = job;
  // the bytes themselves are the result, whatever the other options say
  if (job.action === 'copy') return both({ source, copy: true }, {});
  const passes = await Promise.all(
    passesOf(job).map(async ({ model, factor }) => (await networks.load(model, factor)).key),
  );
  const { targetWidthPx, targetHeightPx, quality } = job;
  const { engine } = settings;
  const kernels = engine === 'native' ? { kernels: kernelIdentity() } : {};
  const options = Object.fromEntries(
    KEY_OPTIONS.map((name) => [name, { ...settings, format, quality }[name]]),
  );
  return both({ source, passes, targetWidthPx, targetHeightPx, ...options }, kernels);
}

function both(work: object, kernels: object): ResultKeys {
  const hashOf = (facts: object) => hash('sha256', JSON.stringify(facts));
  return { key: hashOf(work), former: hashOf({ ...work, ...kernels }) };
}
