import { SrganError } from '../errors.js';
import { haloOf } from '../tiles/choose.js';
import { fileKind } from './files.js';
import type { NetworkDescription } from './list.js';

/** What `srgan models info` shows of a user's own network. */
export interface FileDescription {
  readonly name: string;
  readonly file: string;
  readonly format: string;
  readonly factor: number;
  readonly inputRange: 1 | 255;
  readonly outputRange: 1 | 255;
  /** Width of what a tile overlaps its neighbours by. */
  readonly haloPx: number;
  /** Sides of an image are filled up to multiples of this. */
  readonly alignPx: number;
  /** Means over the whole image that it looks at. */
  readonly means: number;
  readonly network: NetworkDescription;
}

/** @throws SrganError E_MODEL */
export async function describeFile(file: string): Promise<FileDescription> {
  const kind = fileKind(file);
  if (!kind) throw new SrganError('E_MODEL', `${file}: this is no network by its name.`);
  const { family, load, parameters } = await kind.open(file, true);
  const network = await load();
  const { factor, inputRange, outputRange, radiusPx, macsPerPixel, liveFloatsPerPixel } = network;
  return {
    name: family.name,
    file,
    format: kind.format,
    factor,
    inputRange,
    outputRange,
    haloPx: haloOf(network),
    alignPx: network.alignPx ?? 1,
    means: network.means?.steps.length ?? 0,
    network: { factor, radiusPx, macsPerPixel, liveFloatsPerPixel, parameters },
  };
}
