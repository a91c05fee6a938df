import { createRequire } from 'node:module';
import path from 'node:path';
import process from 'node:process';
import { systemCode } from '../../../system/errors.js';

/** A loaded network of one thread. */
export type Handle = object & { readonly brand: unique symbol };

/** A network that is trained; only the kernels look into it. */
export type TrainerHandle = object & { readonly brand: unique symbol };

/** `training-addon.cpp` says what each takes; all throw an Error for what does not fit. */
export interface TrainingBinding {
  create(
    instructionSet: string,
    width: number,
    depth: number,
    factor: number,
    slope: number,
    side: number,
    shards: number,
    threads: number,
  ): TrainerHandle;
  step(
    trainer: TrainerHandle,
    small: Float32Array,
    large: Float32Array,
    batch: number,
    rate: number,
    decay: number,
    epsilon: number,
    luma: number,
    learns: boolean,
  ): Promise<number>;
  get(trainer: TrainerHandle, parameter: string, part: string): Float32Array<ArrayBuffer>;
  set(trainer: TrainerHandle, parameter: string, part: string, values: Float32Array): void;
  /** @param set steps that were learned; -1 only asks */
  steps(trainer: TrainerHandle, set: number): number;
  enlarge(
    trainer: TrainerHandle,
    rgb: Float32Array,
    height: number,
    width: number,
    result: Float32Array,
  ): void;
}

export interface Binding {
  readonly training: TrainingBinding;
  /** @param wanted a name, or '' for the best; '' where there are no kernels for this processor */
  instructionSet(wanted: string): string;
  load(key: string, instructionSet: string, code: Int32Array, numbers: Float32Array): Handle;
  dispose(handle: Handle): void;
  runPlanes(
    handle: Handle,
    planes: Float32Array,
    width: number,
    height: number,
    top: number,
    left: number,
    bottom: number,
    right: number,
    extra: number,
    givens: readonly Float32Array[],
    result: Float32Array,
  ): void;
  runPages(
    handle: Handle,
    source: Uint8Array | Uint16Array,
    result: Uint8Array | Uint16Array,
    places: Float64Array,
    givens: readonly Float32Array[],
  ): boolean;
}

/** The kernels that run here, or why there are none, for people. */
export type Found =
  | { readonly binding: Binding; readonly instructionSet: string }
  | { readonly binding?: undefined; readonly missing: string };

/** Changes with every change of the kernels, their blocks, their order or the grid of tiles that could change a result. */
export const KERNEL_VERSION = 3;

let found: Found | undefined;

/** As prebuildify and node-gyp-build lay binaries out. Set SRGAN_KERNELS to avx2 or none to try others out. */
export function findBinding(): Found {
  return (found ??= find());
}

/** What the results of the native engine depend on beside the network, for the key of a result. */
export function kernelIdentity(): string | undefined {
  const { binding, ...rest } = findBinding();
  return binding && 'instructionSet' in rest ? `${KERNEL_VERSION} ${rest.instructionSet}` : undefined;
}

function find(): Found {
  const wanted = process.env['SRGAN_KERNELS'] ?? '';
  if (wanted === 'none') return { missing: 'they are switched off by SRGAN_KERNELS' };
  const require = createRequire(import.meta.url);
  let missing = 'they were not built when srgan was installed';
  for (const file of placesOf(path.dirname(require.resolve('srgan/package.json')))) {
    try {
      const binding = require(file) as Binding;
      const instructionSet = binding.instructionSet(wanted);
      return instructionSet === ''
        ? { missing: 'this processor has no instructions that they are made for' }
        : { binding, instructionSet };
    } catch (cause) {
      if (systemCode(cause) === 'MODULE_NOT_FOUND') continue;
      missing = `they do not load: ${cause instanceof Error ? cause.message : String(cause)}`;
    }
  }
  return { missing };
}

/** On Linux the binary for the other C library is not taken by the loader. */
function placesOf(root: string): string[] {
  const { platform, arch } = process;
  const folder = path.join(root, 'prebuilds', `${platform}-${arch}`);
  const prebuilt = [...(platform === 'linux' ? ['srgan.glibc.node', 'srgan.musl.node'] : []), 'srgan.node'];
  return [
    path.join(root, 'build', 'Release', 'srgan.node'),
    ...prebuilt.map((name) => path.join(folder, name)),
  ];
}
