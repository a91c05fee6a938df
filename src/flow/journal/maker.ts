import { createRequire } from 'node:module';
import type { Settings } from '../../contract/options.js';
import { kernelIdentity } from '../../network/engines/native/binding.js';
import { loadSharp } from '../../pixels/vips.js';

/** Versions of the programs whose work a result is; with another one its bytes may differ. */
export type Maker = Readonly<Record<string, string>>;

const require = createRequire(import.meta.url);

/** What makes results in this process: srgan, its codecs, and what runs the networks. */
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
