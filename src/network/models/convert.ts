import type { NetworkFile } from '../../contract/engine.js';
import { SrganError } from '../../system/errors.js';
import { realpath, stat } from '../../system/files/fs.js';
import { emitOnnx } from '../graph/emit-onnx.js';
import { foldExactly } from '../graph/passes/fold.js';
import { readOnnxModel } from '../graph/read/onnx/onnx-model.js';
import { damaged } from '../graph/order.js';
import { readOnnx } from '../graph/read/onnx/read-onnx.js';
import { replaceFile } from '../../system/files/temp-files.js';
import { openNetworks } from './networks.js';
import { withStatedRanges } from './file/onnx-bytes.js';

export interface ConvertOptions {
  /** One of the network's factors; default: its default factor. */
  readonly factor?: number;
  readonly overwrite?: boolean;
  /** Write an equivalent network that does less work. */
  readonly fold?: boolean;
}

/**
 * Writes a network as ONNX for other tools, as the default engine runs it: 1 × 3 × height × width float
 * values in and 1 × 3 × factor·height × factor·width out, in the network's value range. The file states that
 * range in its metadata, so that it runs by path as it does by name.
 * @param name name or path of a network
 * @throws SrganError E_USAGE, E_MODEL, E_EXISTS, E_OVERWRITE_INPUT, E_NOSPC, E_WRITE
 */
export async function convertToOnnx(
  name: string,
  out: string,
  { factor, overwrite = false, fold = false }: ConvertOptions = {},
): Promise<NetworkFile> {
  if (!out.toLowerCase().endsWith('.onnx')) {
    throw new SrganError('E_USAGE', `${out}: the result is an ONNX file, so its name must end in .onnx.`);
  }
  await checkPlace(name, out, overwrite);
  const networks = openNetworks({ engine: 'onnx', device: 'cpu', fold: false });
  const { defaultFactor } = await networks.describe(name);
  const loaded = await networks.load(name, factor ?? defaultFactor);
  const network = fold ? folded(loaded) : loaded;
  const bytes = withStatedRanges(network.bytes, network);
  await replaceFile(out, bytes);
  return { ...network, bytes };
}

function folded(network: NetworkFile): NetworkFile {
  const { title, bytes } = network;
  const graph = readOnnx(title, readOnnxModel(title, bytes));
  if (!graph) throw damaged(title, 'it has operators that cannot be folded');
  return { ...network, bytes: emitOnnx(foldExactly(title, graph)) };
}

async function checkPlace(name: string, out: string, overwrite: boolean): Promise<void> {
  if ((await stat(out).catch(() => undefined)) === undefined) return;
  const [from, to] = await Promise.all([realpath(name).catch(() => undefined), realpath(out)]);
  if (from === to) throw new SrganError('E_OVERWRITE_INPUT', `${out}: is the network itself.`);
  if (!overwrite) {
    throw new SrganError('E_EXISTS', `${out}: is already there.`, { hint: '--overwrite replaces it.' });
  }
}
