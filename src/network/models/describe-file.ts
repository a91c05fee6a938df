import { SrganError } from '../../system/errors.js';
import { haloOf } from '../tiles/choose-grid.js';
import { fileKind } from './file/files.js';
import type { Finding } from './conclude/finding.js';
import type { NetworkDescription } from './list-networks.js';
import { statedFile } from './conclude/stated-facts.js';

/** What `srgan models info` shows of a user's own network. */
export interface FileDescription {
  readonly name: string;
  readonly file: string;
  readonly format: string;
  /** Where something is stated of it. */
  readonly statedIn?: string;
  readonly title?: string;
  readonly licence?: string;
  readonly origin?: string;
  readonly factor: number;
  /** On what scale it is run, after what was put around it. */
  readonly inputRange: 1 | 255;
  readonly outputRange: 1 | 255;
  /** Width of what a tile overlaps its neighbours by. */
  readonly haloPx: number;
  /** Sides of an image are filled up to multiples of this. */
  readonly alignPx: number;
  /** Means over the whole image that it looks at. */
  readonly means: number;
  readonly network: NetworkDescription;
  readonly findings: readonly Finding[];
}

/** @throws SrganError E_MODEL */
export async function describeFile(file: string): Promise<FileDescription> {
  const kind = await fileKind(file);
  if (!kind) throw new SrganError('E_MODEL', `${file}: this is no network by its name.`);
  const { family, load, parameters, findings, stated } = await kind.open(kind.file, true);
  const network = await load();
  const { factor, inputRange, outputRange, radiusPx, macsPerPixel, liveFloatsPerPixel } = network;
  const { title, licence, origin } = stated;
  const foldedMacs = network.tiled?.bySides[0]?.work.perPixel;
  return {
    name: family.name,
    file,
    format: kind.format,
    ...(Object.keys(stated).length > 0 && { statedIn: statedFile(kind.file) }),
    ...(title !== undefined && { title }),
    ...(licence !== undefined && { licence }),
    ...(origin !== undefined && { origin }),
    factor,
    inputRange,
    outputRange,
    haloPx: haloOf(network),
    alignPx: network.alignPx ?? 1,
    means: network.means?.steps.length ?? 0,
    network: {
      factor,
      radiusPx,
      macsPerPixel,
      ...(foldedMacs !== undefined && foldedMacs < macsPerPixel && { foldedMacsPerPixel: foldedMacs }),
      liveFloatsPerPixel,
      parameters,
    },
    findings,
  };
}
