import type { ImageHeader } from '../../contract/job.js';
import { ownName, readOwnName, type OwnSize } from '../../contract/own-names.js';
import type { NetworkFamily, Networks } from '../../contract/ports.js';
import { looksDrawn } from '../../pixels/drawn.js';
import { kindOf, type ChosenKind } from './kind.js';

export interface ChosenNetwork {
  /** As the models registry takes it: of our own networks, the name of what is there. */
  readonly model: string;
  readonly family: NetworkFamily;
  /** Why it is this one, where srgan chose. */
  readonly because?: string;
}

/**
 * The network for one image. A name or path stands for itself; `auto-SIZE` for the kind that suits the source. One
 * of ours that is not there is another one, which the reason tells.
 * @param asked as the options or the record of the image have it
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

/** From the header, and where that says nothing against it and there are networks for drawings, from the pixels. */
async function kindFor(
  networks: Pick<Networks, 'describe'>,
  size: OwnSize,
  file: string,
  header: ImageHeader,
): Promise<{ kind: ChosenKind['kind']; because?: string }> {
  const chosen = kindOf(file, header);
  // of what was squeezed only JPEG keeps enough of flat areas to tell
  if (chosen.kind !== 'clean' && header.format !== 'jpeg') return chosen;
  const { name } = await networks.describe(ownName('drawing', size));
  if (readOwnName(name)?.kind !== 'drawing' || !(await looksDrawn(file, header))) return chosen;
  return { kind: 'drawing', because: `${chosen.because} with flat colours` };
}
