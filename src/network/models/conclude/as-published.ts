import { SrganError } from '../../../system/errors.js';
import type { Graph } from '../../graph/graph.js';
import type { ValueRange } from '../../graph/read/onnx/onnx-fit.js';
import { concludeColours } from './colours.js';
import { blocksOf, checkFactor, concludeExtent, concludeSizes, statedExtent } from './extent.js';
import type { EstimatedCost } from './conclude.js';
import { kerasColours } from './keras-colours.js';
import { knownFamily } from '../file/known-package.js';
import { factsOf, type NetworkFacts, type Range } from '../network-file.js';
import type { Probe } from '../probe/planes-probe.js';
import type { StatedFacts } from './stated-facts.js';

/**
 * The same as `conclude` for a network that is run as it is, with nothing around it.
 * @param title its path
 * @param graph where its layers are known
 * @throws SrganError E_MODEL
 */
export async function concludeAsPublished(
  title: string,
  graph: Graph | undefined,
  probe: Probe,
  stated: StatedFacts,
  estimated: EstimatedCost,
): Promise<NetworkFacts> {
  const own = graph && factsOf(title, graph, 1, 1);
  const sizes = own
    ? { factor: own.factor, multiple: own.alignPx ?? 1 }
    : await concludeSizes(title, stated, undefined, probe);
  checkFactor(title, stated.factor, sizes.factor);
  const known = kerasColours(graph, await knownFamily(title));
  const colours = await concludeColours(stated, known, blocksOf(sizes.multiple), () =>
    Promise.resolve(probe),
  );
  const { inputRange, outputRange, inputOrder, outputOrder } = colours;
  if (inputOrder.value !== outputOrder.value) throw unlikeRgb(title, 'blue, green and red');
  const ranges = { inputRange: plain(title, inputRange.value), outputRange: plain(title, outputRange.value) };
  if (own) return { ...own, ...statedExtent(stated, own, undefined), ...ranges };
  const tried = { input: inputRange.value, output: outputRange.value };
  const extent = await concludeExtent(title, stated, sizes, undefined, probe, tried);
  return { factor: sizes.factor, ...ranges, ...extent, ...estimated };
}

function plain(title: string, [black, white]: ValueRange): Range {
  if (black === 0 && (white === 1 || white === 255)) return white;
  throw unlikeRgb(title, `values of ${black}..${white}`);
}

function unlikeRgb(title: string, what: string): SrganError {
  return new SrganError('E_MODEL', `${title}: the tfjs engine takes no network with ${what}.`, {
    hint: '--engine onnx does, where the layers are known.',
  });
}
