import path from 'node:path';
import { describeFile, type FileDescription } from './describe-file.js';
import { checkKept, findKept } from './kept/kept-families.js';
import { keptListing, type NetworkListing } from './list-networks.js';

/** What `srgan models info` shows of a kept family. */
export interface KeptDescription {
  readonly listing: NetworkListing;
  /** One for each factor. */
  readonly files: FileDescription[];
}

/** @throws SrganError E_MODEL where a file is not what was kept */
export async function describeKept(name: string): Promise<KeptDescription | undefined> {
  const kept = await findKept(name);
  if (!kept) return undefined;
  const files: FileDescription[] = [];
  for (const network of kept.record.networks) {
    await checkKept(kept, network);
    files.push(await describeFile(path.join(kept.directory, ...network.file.split('/'))));
  }
  return { listing: keptListing(kept), files };
}
