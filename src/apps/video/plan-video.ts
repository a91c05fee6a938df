import { SrganError } from '../../system/errors.js';
import type { Settings } from '../../contract/options.js';
import { ownName, readOwnName } from '../../contract/own-names.js';
import type { Networks } from '../../contract/ports.js';
import { passesFor, passesOf } from '../../flow/plan/passes.js';
import { targetSize, wantedSize } from '../../flow/plan/size.js';
import type { Pass } from './enlarge-frames.js';
import { knownMatrix, type Film, evenSides } from './film/film.js';

/** What is done with each frame. */
export interface VideoPlan {
  readonly passes: readonly Pass[];
  readonly model: string;
  /** Why it is this network, where srgan chose it. */
  readonly because: string | undefined;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** Codecs that lose nothing; what they hold was not squeezed, as far as can be told. */
const LOSSLESS = [
  'ffv1',
  'rawvideo',
  'huffyuv',
  'ffvhuff',
  'utvideo',
  'png',
  'apng',
  'qtrle',
  'v210',
  'magicyuv',
  'zmbv',
  'flashsv',
];

/** Bits for each pixel above which nothing of the compression is seen, as in films on their way to an editor. */
const CLEAN_BITS_PER_PIXEL = 1;

/**
 * @throws SrganError E_UNSUPPORTED for a film that cannot be done right, E_MODEL
 */
export async function planVideo(
  film: Film,
  settings: Settings,
  networks: Pick<Networks, 'describe'>,
  { deinterlace, encodedAs }: { readonly deinterlace: boolean; readonly encodedAs: string },
): Promise<VideoPlan> {
  refuse(film, deinterlace);
  const { model, because } = await chosenFor(film, settings.model, networks);
  const family = await networks.describe(model);
  const target = targetSize(film, wantedSize({}, settings, family.defaultFactor), settings.maxSize);
  const { across, down } = evenSides(encodedAs);
  const even = (side: number, must: boolean) => (must ? Math.max(2, side - (side % 2)) : side);
  return {
    passes: passesOf({ model: family.name, passes: passesFor(target.factor, family) }),
    model: family.name,
    because,
    widthPx: even(target.widthPx, across),
    heightPx: even(target.heightPx, down),
  };
}

function refuse({ path, interlaced, colour, pixelFormat }: Film, deinterlace: boolean): void {
  if (interlaced && !deinterlace) {
    throw new SrganError(
      'E_UNSUPPORTED',
      `${path}: is interlaced, and the lines of two moments would be enlarged as one picture.`,
      {
        hint: 'Take --deinterlace, which makes one picture of the two.',
      },
    );
  }
  if (!knownMatrix(colour)) {
    throw new SrganError(
      'E_UNSUPPORTED',
      `${path}: its colours are in ${colour.matrix ?? ''}, which cannot be converted exactly.`,
    );
  }
  if (pixelFormat.name === 'pal8') return;
}

/** Most films are compressed, so that the network that mends is the one to take, unless one is named. */
async function chosenFor(film: Film, asked: string, networks: Pick<Networks, 'describe'>) {
  const own = readOwnName(asked);
  if (own?.kind !== 'auto') return { model: asked, because: undefined };
  const { widthPx, heightPx, frameRate, bitRate, codec } = film;
  const pixels = (widthPx * heightPx * frameRate.num) / frameRate.den;
  const clean = LOSSLESS.includes(codec) || (bitRate ?? 0) / pixels > CLEAN_BITS_PER_PIXEL;
  const { name } = await networks.describe(ownName(clean ? 'clean' : 'photo', own.size));
  return { model: name, because: clean ? `${codec} with hardly any loss` : `${codec}, which is compressed` };
}
