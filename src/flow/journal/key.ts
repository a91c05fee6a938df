import { hash } from 'node:crypto';
import { kernelIdentity } from '../../network/engines/native/binding.js';
import { hashFile } from '../../system/files/hash-file.js';
import type { Job } from '../../contract/job.js';
import { namesWhere, type NamesWith, type Settings } from '../../contract/options.js';
import { passesOf } from '../plan/passes.js';
import type { Networks } from '../../contract/ports.js';
import { createRequire } from 'node:module';
import { loadSharp } from '../../pixels/vips.js';

/** Order of the options in a key, fixed by the keys of earlier versions; the table of options says which they are. */
const KEY_ORDER = ['format', 'quality', 'lossless', 'fastPng', 'strip', 'tta', 'tile', 'engine', 'device'];
const KEY_OPTIONS = (
  namesWhere(({ changesResult }) => changesResult === 'key') as NamesWith<{ readonly changesResult: 'key' }>[]
).sort((a, b) => placeOf(a) - placeOf(b));

/** Newer options follow the others. */
function placeOf(name: string): number {
  const place = KEY_ORDER.indexOf(name);
  return place < 0 ? KEY_ORDER.length : place;
}

/** Keys of 64 hex digits. */
export interface ResultKeys {
  readonly key: string;
  /** The key in the form of earlier versions, which includes the instruction set. */
  readonly former: string;
}

/**
 * Hashes everything that a result depends on: the source's bytes, the networks' content, and every option that changes
 * the result. Equal keys and equal makers (`Maker`) mean equal results.
 * @throws SrganError E_READ, E_MODEL
 */
export async function resultKeys(job: Job, settings: Settings, networks: Networks): Promise<ResultKeys> {
  const source = await hashFile(job.file);
  const { format } = job;
  // the bytes themselves are the result, regardless of the other options
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

/** Versions of the software that makes results; with other versions their bytes may differ. */
export type Maker = Readonly<Record<string, string>>;

const require = createRequire(import.meta.url);

/** Versions in this process: srgan, its codecs, and the engine. */
export async function thisMaker({ engine }: Pick<Settings, 'engine'>): Promise<Maker> {
  const { versions } = await loadSharp();
  const kernels = engine === 'native' ? kernelIdentity() : undefined;
  const onnxruntime = engine === 'native' || engine === 'onnx' ? versionOf('onnxruntime-node') : undefined;
  const tensorflow = engine === 'tfjs' ? versionOf('@tensorflow/tfjs-core') : undefined;
  return {
    srgan: versionOf('srgan') ?? '',
    sharp: versions.sharp,
    libvips: versions.vips,
    ...(kernels !== undefined && { kernels }),
    ...(onnxruntime !== undefined && { onnxruntime }),
    ...(tensorflow !== undefined && { 'TensorFlow.js': tensorflow }),
  };
}

function versionOf(name: string): string | undefined {
  try {
    return (require(`${name}/package.json`) as { version: string }).version;
  } catch {
    return undefined;
  }
}

export const isSameMaker = (a: Maker | undefined, b: Maker): boolean =>
  a !== undefined && changes(a, b).length === 0;

/** `by an earlier version of srgan`, or `with libvips 8.15.1 (now 8.17.3)`. */
export function madeBy(other: Maker | undefined, now: Maker): string {
  if (other === undefined) return 'by an earlier version of srgan';
  const named = changes(other, now).map(
    (name) => `${name} ${other[name] ?? '(none)'} (now ${now[name] ?? 'none'})`,
  );
  return `with ${named.join(', ')}`;
}

function changes(a: Maker, b: Maker): string[] {
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].filter((name) => a[name] !== b[name]);
}
