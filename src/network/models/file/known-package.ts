import path from 'node:path';
import { readFile } from '../../../system/files/fs.js';
import { isRecord } from '../../graph/read/keras/keras-model.js';
import { PACKAGED, type PackagedFamily } from '../registry.js';

/** The family of a network that is reached by path, but lies in a package that is known. */
export async function knownFamily(header: string): Promise<PackagedFamily | undefined> {
  const file = path.join(path.dirname(path.resolve(header)), '..', '..', 'package.json');
  try {
    const facts: unknown = JSON.parse(await readFile(file, 'utf8'));
    return PACKAGED.find((family) => isRecord(facts) && family.package === facts.name);
  } catch {
    // no package around it: a network like any other
    return undefined;
  }
}
