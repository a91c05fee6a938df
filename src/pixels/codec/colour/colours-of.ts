import type { Carried } from '../../../contract/job.js';
import type { Inspection } from '../inspect.js';
import { lookInto } from '../metadata/file-source.js';
import { meaningOfChunks, readPngFacts } from '../metadata/png-facts.js';
import { isSrgb, meaningOf, type ColourCoding, type Meaning } from './coding.js';
import { codingOfHeif } from './heif-coding.js';
import { makeProfile } from './make-profile.js';

type Colours = Pick<Carried, 'icc' | 'iccIsMade' | 'coding' | 'gamma' | 'chromaticities'>;

/** What the samples of a file mean: its profile, or what it states instead, with a profile that says the same. */
export function coloursOf(path: string, { meta, layout }: Inspection): Colours {
  if (!layout.native) return {};
  const isGray = layout.channels < 3;
  if (meta.format === 'png') {
    const facts = lookInto(path, undefined, readPngFacts);
    if (facts?.coding) return coded(facts.coding, isGray, meta.icc);
    if (meta.icc || !facts) return { icc: meta.icc };
    const { gamma, chromaticities } = facts;
    const meaning = meaningOfChunks(facts);
    return meaning ? { gamma, chromaticities, ...profileOf(meaning, isGray) } : {};
  }
  if (meta.icc || meta.format !== 'heif') return { icc: meta.icc };
  const coding = lookInto(path, undefined, codingOfHeif);
  return coding ? coded(coding, isGray, undefined) : {};
}

function coded(coding: ColourCoding, isGray: boolean, icc: Buffer | undefined): Colours {
  const meaning = meaningOf(coding);
  if (meaning && isSrgb(meaning)) return {};
  if (icc) return { icc, coding };
  return { coding, ...(meaning && profileOf(meaning, isGray)) };
}

function profileOf(meaning: Meaning, isGray: boolean): Colours {
  if (isSrgb(meaning)) return {};
  try {
    return { icc: makeProfile(meaning, isGray), iccIsMade: true };
  } catch {
    return {}; // primaries that span no triangle mean nothing
  }
}
