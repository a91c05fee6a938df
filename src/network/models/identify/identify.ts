import type { NetworkFile } from '../../../contract/engine.js';
import { emitOnnx } from '../../graph/emit-onnx.js';
import { lanczos3 } from '../../graph/passes/enlarging.js';
import { fits, fittedRange, type ValueRange } from '../../graph/read/onnx/onnx-fit.js';
import { identifyColours, type Colours, type KnownColours, kerasColours } from './colours.js';
import type { By, StatedFacts } from './stated-facts.js';
import { draftOf, fitOf, fittedTo, isLuma, windowOf, type Fitted, type Subject } from './fitting.js';
import { factsOf, type NetworkFacts, type Range } from '../network-file.js';
import { openProbe } from '../probe/probe.js';
import type { Probe, Ranges } from '../probe/probe-ranges.js';
import { SrganError } from '../../../system/errors.js';
import type { Graph } from '../../graph/graph.js';
import { knownFamily } from '../file/packages.js';
import { leastMultiple } from '../../graph/receptive-field.js';
import { haloOf } from '../../tiles/choose-grid.js';
import type { PageSize } from '../../../contract/tiles.js';
import { findReach, findReachWithin, findStep, findFactor, findSizes, type Sizes } from '../probe/reach.js';

/** The network as the engine runs it, and its facts. */
export interface Identified extends Fitted {
  readonly facts: NetworkFacts;
  readonly colours: Colours;
  /** The source of each fact. */
  readonly by: Readonly<Record<'factor' | 'reach' | 'sizes', By>>;
}

/** Estimated cost of a network with unknown operators. */
export type EstimatedCost = Pick<NetworkFile, 'macsPerPixel' | 'liveFloatsPerPixel'>;

/**
 * Determines a network's factor, sizes, colours and receptive field, and adapts it to the engine. Stated
 * facts take precedence over those in its file, and these over the results of running it.
 * @throws SrganError E_MODEL
 */
export async function identify(
  subject: Subject,
  known: KnownColours,
  estimated: EstimatedCost,
): Promise<Identified> {
  const { title, signature, stated } = subject;
  const draft = draftOf(subject);
  const window = windowOf(subject, draft.graph);
  let opened: Promise<Probe> | undefined;
  const probe = () => (opened ??= openProbe(title, draft.graph ? emitOnnx(draft.graph) : draft.bytes));
  try {
    const own = draft.graph && factsOf(title, draft.graph, 1, 1);
    const sizes = own
      ? { factor: own.factor, multiple: own.alignPx ?? 1 }
      : await identifySizes(title, stated, window?.value, await probe());
    checkFactor(title, stated.factor, sizes.factor);
    const size = own || !window ? blocksOf(sizes.multiple) : sideLengths(window.value);
    const colours = await identifyColours(stated, known, { ...size, gray: isLuma(signature) }, probe);
    const fit = fitOf(subject, colours, sizes.factor, window?.value);
    const fitted = fits(fit) ? draft : fittedTo(subject, fit);
    const ranges = { inputRange: fittedRange(fit.input), outputRange: fittedRange(fit.output) };
    const facts = await factsWith(ranges);
    checkHalo(title, facts);
    // a size stated in its file does not bind if all operators are known
    const anySize = signature.size !== undefined && !window;
    const bytes = fitted.graph && (anySize || !fits(fit)) ? emitOnnx(fitted.graph) : fitted.bytes;
    const by = {
      factor: sourceOf(own),
      reach: sourceOf(own, stated.halo),
      sizes: window?.by ?? sourceOf(own, stated.multiple),
    };
    return { bytes, graph: fitted.graph, facts, colours, by };

    async function factsWith(values: typeof ranges): Promise<NetworkFacts> {
      if (fitted.graph) {
        const read = factsOf(title, fitted.graph, values.inputRange, values.outputRange);
        return { ...read, ...statedExtent(stated, read, window?.value) };
      }
      const tried = { input: colours.inputRange.value, output: colours.outputRange.value };
      const extent = await identifyExtent(title, stated, sizes, window?.value, await probe(), tried);
      const radiusPx = Math.max(extent.radiusPx, isLuma(signature) ? lanczos3.supportPx : 0);
      return { factor: sizes.factor, ...values, ...estimated, ...extent, radiusPx };
    }
  } finally {
    await (await opened)?.close();
  }
}

function sourceOf(graph: unknown, stated?: number): By {
  if (stated !== undefined) return 'stated';
  return graph ? 'graph' : 'probe';
}

/**
 * Like `identify`, for a network that is run unchanged.
 * @param title its path
 * @param graph its layers, if they are known
 * @throws SrganError E_MODEL
 */
export async function identifyAsPublished(
  title: string,
  graph: Graph | undefined,
  probe: Probe,
  stated: StatedFacts,
  estimated: EstimatedCost,
): Promise<NetworkFacts> {
  const own = graph && factsOf(title, graph, 1, 1);
  const sizes = own
    ? { factor: own.factor, multiple: own.alignPx ?? 1 }
    : await identifySizes(title, stated, undefined, probe);
  checkFactor(title, stated.factor, sizes.factor);
  const known = kerasColours(graph, await knownFamily(title));
  const colours = await identifyColours(stated, known, blocksOf(sizes.multiple), () =>
    Promise.resolve(probe),
  );
  const { inputRange, outputRange, inputOrder, outputOrder } = colours;
  if (inputOrder.value !== outputOrder.value) throw unlikeRgb(title, 'BGR channels');
  const ranges = { inputRange: plain(title, inputRange.value), outputRange: plain(title, outputRange.value) };
  if (own) return { ...own, ...statedExtent(stated, own, undefined), ...ranges };
  const tried = { input: inputRange.value, output: outputRange.value };
  const extent = await identifyExtent(title, stated, sizes, undefined, probe, tried);
  return { factor: sizes.factor, ...ranges, ...extent, ...estimated };
}

function plain(title: string, [black, white]: ValueRange): Range {
  if (black === 0 && (white === 1 || white === 255)) return white;
  throw unlikeRgb(title, `values of ${black}..${white}`);
}

function unlikeRgb(title: string, what: string): SrganError {
  return new SrganError('E_MODEL', `${title}: the tfjs engine does not support networks with ${what}.`, {
    hint: '--engine onnx does, if the layers are known.',
  });
}

/** Receptive field and supported sizes of a network. */
export type Extent = Pick<NetworkFile, 'radiusPx' | 'feltPx' | 'alignPx' | 'windowPx'>;

/**
 * Determines the factor and supported sizes by running the network.
 * @param window the only size that it takes
 * @throws SrganError E_MODEL
 */
export async function identifySizes(
  title: string,
  stated: StatedFacts,
  window: PageSize | undefined,
  probe: Probe,
): Promise<Sizes> {
  if (!window) return findSizes(title, probe, stated.multiple);
  return { factor: await findFactor(title, probe, sideLengths(window)), multiple: 1 };
}

/**
 * Determines the receptive field by running the network.
 * @throws SrganError E_MODEL
 */
export async function identifyExtent(
  title: string,
  stated: StatedFacts,
  { multiple }: Sizes,
  window: PageSize | undefined,
  probe: Probe,
  ranges: Ranges,
): Promise<Extent> {
  const { halo } = stated;
  if (window) {
    const radiusPx = halo ?? (await findReachWithin(probe, sideLengths(window), ranges));
    return { radiusPx, feltPx: radiusPx, windowPx: window };
  }
  const alignPx = stated.multiple ?? (await findStep(probe, multiple, ranges));
  const reach =
    halo === undefined ? await findReach(title, probe, alignPx, ranges) : { radiusPx: halo, feltPx: halo };
  return { ...reach, ...(alignPx > 1 && { alignPx }) };
}

/** Combines the extent that a network's operators imply with the stated one. */
export function statedExtent(
  { halo, multiple = 1 }: StatedFacts,
  { radiusPx, alignPx = 1, feltPx = halo }: Extent,
  window: PageSize | undefined,
): Extent {
  const aligned = leastMultiple(alignPx, multiple);
  const felt = halo ?? feltPx;
  return {
    radiusPx,
    ...(aligned > 1 && { alignPx: aligned }),
    ...(felt !== undefined && { feltPx: felt }),
    ...(window && { windowPx: window }),
  };
}

/** @throws SrganError E_MODEL if the network's factor is not the stated one */
export function checkFactor(title: string, stated: number | undefined, factor: number): void {
  if (stated === undefined || stated === factor) return;
  const made = factor === 1 ? 'keeps the size of images' : `enlarges images ${factor} times`;
  const sentence = `${title}: the factor ${stated} is stated, but the network ${made}.`;
  throw new SrganError('E_MODEL', sentence);
}

/** @throws SrganError E_MODEL if the halo covers the whole of the only size that the network takes */
export function checkHalo(title: string, extent: Extent): void {
  const { windowPx } = extent;
  const haloPx = haloOf(extent);
  if (!windowPx || 2 * haloPx < Math.min(windowPx.widthPx, windowPx.heightPx)) return;
  const tile = `${windowPx.widthPx} × ${windowPx.heightPx} pixels`;
  throw new SrganError(
    'E_MODEL',
    `${title}: a halo of ${haloPx} pixels leaves nothing of a tile of ${tile}.`,
    {
      hint: 'State a smaller one in a file beside it: {"halo": 16}.',
    },
  );
}

export function sideLengths({ widthPx: width, heightPx: height }: PageSize) {
  return { width, height };
}

/** Returns a supported size of a network whose sides must be multiples of a number. */
export function blocksOf(multiple: number) {
  const side = multiple * Math.ceil(64 / multiple);
  return { width: side, height: side };
}
