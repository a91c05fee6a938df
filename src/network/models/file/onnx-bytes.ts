import path from 'node:path';
import { asSrganError, SrganError } from '../../../system/errors.js';
import { open, realpath } from '../../../system/files/fs.js';
import { withExternalData, type ExternalData } from '../../graph/read/onnx/onnx-external.js';
import { damaged } from '../../graph/order.js';
import { sharedBytes } from '../../graph/protobuf.js';
import { readNetworkBytes } from './read-file.js';

/**
 * An ONNX file with the weights that lie beside it.
 * @throws SrganError E_MODEL
 */
export async function readOnnxBytes(file: string): Promise<Uint8Array<SharedArrayBuffer>> {
  const bytes = await readNetworkBytes(file);
  try {
    return sharedBytes(await withExternalData(bytes, (data) => readBeside(file, data)));
  } catch (cause) {
    if (cause instanceof RangeError) throw damaged(file, 'it is no ONNX file, or is damaged', cause);
    throw asSrganError(cause, 'E_MODEL', `${file}: the network cannot be read.`);
  }
}

/** Weights may lie in other files, but only in the model's own directory or below. */
async function readBeside(file: string, { location, offset, length }: ExternalData): Promise<Uint8Array> {
  const home = await realpath(path.dirname(file));
  const wanted = path.resolve(home, location);
  const found = await realpath(wanted).catch((cause: unknown) => {
    throw new SrganError('E_MODEL', `${file}: its weights in '${location}' cannot be read.`, { cause });
  });
  for (const place of [wanted, found]) {
    if (!place.startsWith(home + path.sep)) throw damaged(file, `its weights lie outside, in '${location}'`);
  }
  const handle = await open(found);
  try {
    const { size } = await handle.stat();
    const bytes = length ?? size - offset;
    if (bytes < 0 || offset + bytes > size) throw damaged(file, `its weights in '${location}' are cut off`);
    const data = new Uint8Array(bytes);
    await handle.read(data, 0, bytes, offset);
    return data;
  } finally {
    await handle.close();
  }
}
