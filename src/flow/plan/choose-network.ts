import type { ImageHeader } from '../../contract/job.js';
import { ownName, readOwnName, type OwnSize, type Kind } from '../../contract/own-names.js';
import type { NetworkFamily, Networks } from '../../contract/ports.js';
import { looksDrawn } from '../../pixels/drawn.js';
import { inspectBytes } from '../../pixels/codec/byte-source.js';
import { readDirectories } from '../../pixels/codec/metadata/tiff-directory.js';
import { jpegQuality, webpQuantizer } from '../../pixels/codec/metadata/quantization.js';

export interface ChosenNetwork {
  /** Name in the models registry; of the built-in networks, one that exists. */
  readonly model: string;
  readonly family: NetworkFamily;
  /** Why srgan chose this one. */
  readonly because?: string;
}

/**
 * Chooses the network of an image. A name or path stands for itself, `auto-SIZE` for the kind that suits the source. A
 * built-in network that does not exist is replaced by the nearest one, which the reason mentions.
 * @param asked from the options or from the record of the image
 * @param file path of the source's bytes
 * @throws SrganError E_MODEL, and what reading the source throws
 */
export async function chooseNetwork(
  networks: Pick<Networks, 'describe'>,
  asked: string,
  file: string,
  header: ImageHeader,
): Promise<ChosenNetwork> {
  const own = readOwnName(asked);
  if (!own) return { model: asked, family: await networks.describe(asked) };
  const { kind, because } =
    own.kind === 'auto' ? await kindFor(networks, own.size, file, header) : { kind: own.kind };
  const wanted = ownName(kind, own.size);
  const family = await networks.describe(wanted);
  const reasons = [
    ...(because === undefined ? [] : [because]),
    ...(family.name === wanted ? [] : [`there is no ${wanted} yet`]),
  ];
  return {
    model: family.name,
    family,
    ...(reasons.length > 0 && { because: reasons.join('; ') }),
  };
}

/** Decides by the header, and by the pixels where there are networks for drawings and the header allows one. */
async function kindFor(
  networks: Pick<Networks, 'describe'>,
  size: OwnSize,
  file: string,
  header: ImageHeader,
): Promise<{ kind: ChosenKind['kind']; because?: string }> {
  const chosen = kindOf(file, header);
  // of the lossy formats only JPEG keeps flat areas flat enough to tell
  if (chosen.kind !== 'clean' && header.format !== 'jpeg') return chosen;
  const { name } = await networks.describe(ownName('drawing', size));
  if (readOwnName(name)?.kind !== 'drawing' || !(await looksDrawn(file, header))) return chosen;
  return { kind: 'drawing', because: `${chosen.because} with flat colours` };
}

/** The kind of network that suits a source, and the reason. */
export interface ChosenKind {
  readonly kind: Kind;
  /** For people, such as `JPEG quality 75`. */
  readonly because: string;
}

/** From this quality on, the clean network is nearer to the original than the photo network; at 90 they are equal. */
const CLEAN_JPEG_QUALITY = 91;

/** Up to this quantizer a lossy WebP counts as clean; libwebp uses it for the same quality. */
const CLEAN_WEBP_QUANTIZER = 4;

const TIFF_COMPRESSION = 259;
const JPEG_IN_TIFF = [6, 7];

/**
 * Chooses the kind of network for a source, as a pure function of its bytes. A lossy source has blocks and ringing,
 * which are to be repaired instead of enlarged.
 * @param file path of the source's bytes
 * @throws SrganError E_NOT_FOUND, E_ACCESS, E_READ
 */
export function kindOf(file: string, { format }: Pick<ImageHeader, 'format'>): ChosenKind {
  switch (format) {
    case 'jpeg': {
      const quality = inspectBytes(file, undefined, jpegQuality);
      if (quality === undefined) return { kind: 'photo', because: 'JPEG' };
      return {
        kind: quality < CLEAN_JPEG_QUALITY ? 'photo' : 'clean',
        because: `JPEG quality ${quality}`,
      };
    }
    case 'webp': {
      const quantizer = inspectBytes(file, undefined, webpQuantizer);
      if (quantizer === undefined) return { kind: 'clean', because: 'lossless WebP' };
      return {
        kind: quantizer > CLEAN_WEBP_QUANTIZER ? 'photo' : 'clean',
        because: `lossy WebP, quantizer ${quantizer}`,
      };
    }
    case 'heif':
      return { kind: 'photo', because: 'AVIF' };
    case 'tiff':
      return isJpegInTiff(file)
        ? { kind: 'photo', because: 'TIFF with JPEG compression' }
        : { kind: 'clean', because: 'TIFF' };
    default:
      return { kind: 'clean', because: format.toUpperCase() };
  }
}

function isJpegInTiff(file: string): boolean {
  return inspectBytes(file, false, (bytes) => {
    const [compression = 0] = readDirectories(bytes, 1)[0]?.numbers(TIFF_COMPRESSION) ?? [];
    return JPEG_IN_TIFF.includes(compression);
  });
}
