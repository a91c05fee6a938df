import { spawn } from 'node:child_process';
import process from 'node:process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import path from 'node:path';
import { pythonPath } from '../../helpers/wheels.js';

export type ArmName = 'native' | 'onnx' | 'alone' | 'ncnn';

export interface Turn {
  readonly images: number;
  readonly seconds: number;
  readonly cpuSeconds: number;
}

export interface Job {
  readonly file: string;
  readonly factor: number;
  readonly threads: number;
  readonly images: number;
  readonly widthPx: number;
  readonly heightPx: number;
  /** A file of raw RGB bytes. */
  readonly input: string;
}

/** What ncnn needs to know of a network of its own format. */
export interface NcnnFiles {
  readonly param: string;
  readonly marginPx: number;
  readonly blockPx: number;
}

/** A process that has a network loaded. */
export interface Arm {
  run(): Promise<Turn>;
  close(): Promise<void>;
}

/** Undefined where the arm cannot run the network, or is not to be had here. */
export async function openArm(
  name: ArmName,
  job: Job,
  ncnn: NcnnFiles | undefined,
): Promise<Arm | undefined> {
  if (name !== 'ncnn') {
    const script = fileURLToPath(new URL('../arms/network.js', import.meta.url));
    return start(process.execPath, [script, JSON.stringify({ arm: name, ...job })], {}, job.images);
  }
  if (!ncnn) return undefined;
  const packages = await pythonPath('ncnn', 'numpy');
  if ('missing' in packages) {
    console.error(packages.missing);
    return undefined;
  }
  const bin = ncnn.param.replace(/param$/, 'bin');
  const script = path.resolve('test', 'bench', 'arms', 'ncnn_network.py');
  const python = process.platform === 'win32' ? 'python' : 'python3';
  const env = { PYTHONPATH: packages.directory };
  // its threads share one image
  return start(python, [script, JSON.stringify({ ...job, ...ncnn, bin })], env, 1);
}

function start(command: string, args: readonly string[], env: NodeJS.ProcessEnv, images: number): Arm {
  const child = spawn(command, args, {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  const ended = new Promise<void>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', () => {
      resolve();
    });
  });
  const lines: AsyncIterator<string, undefined> = createInterface({ input: child.stdout })[
    Symbol.asyncIterator
  ]();
  return {
    async run() {
      child.stdin.write('run\n');
      const line = await lines.next();
      if (line.done === true) throw new Error(`${command} ended.`);
      return { ...(JSON.parse(line.value) as Omit<Turn, 'images'>), images };
    },
    async close() {
      child.stdin.end();
      await ended;
    },
  };
}
