import { existsSync } from 'node:fs';
import path from 'node:path';
import { ownFamilies } from '../../../src/network/models/own-families.js';
import { wheel } from '../../helpers/wheels.js';
import { WHEEL_NETWORKS } from '../../network/models/ncnn/networks.js';
import type { NcnnFiles } from './arms.js';

export interface BenchedNetwork {
  readonly name: string;
  /** Path, or name of a built-in one. */
  readonly file: string;
  readonly factor?: number;
  readonly ncnn?: NcnnFiles;
}

const RSR = ['srgan-natural-x4', 'srgan-anime-x4', 'rusty-imagenet-x3', 'rusty-anime-x3'];

/**
 * Our own networks, those that wheels bring for ncnn, and those of srgan-rust where they lie beside the project.
 * @param wanted parts of names; none: all
 */
export async function* benchedNetworks(wanted: readonly string[]): AsyncGenerator<BenchedNetwork> {
  const isWanted = (name: string) => wanted.length === 0 || wanted.some((part) => name.includes(part));
  for (const { name, factors } of await ownFamilies()) {
    for (const factor of factors) {
      const full = `${name} x${factor}`;
      if (isWanted(full)) yield { name: full, file: name, factor };
    }
  }
  for (const { wheel: requirement, path: inside, marginPx, blockPx } of WHEEL_NETWORKS) {
    const name = inside.split('/').slice(2).join('/');
    if (!isWanted(name)) continue;
    const files = await wheel(requirement);
    if ('missing' in files) {
      console.error(files.missing);
      continue;
    }
    const param = path.join(files.directory, `${inside}.param`);
    yield { name, file: param, ncnn: { param, marginPx, blockPx } };
  }
  for (const name of RSR.filter(isWanted)) {
    const file = path.resolve('..', 'shared', 'reference', `${name}.rsr`);
    if (existsSync(file)) yield { name: `${name}.rsr`, file };
  }
}
