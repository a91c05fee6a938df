import type { NetworkFile } from '../../../contract/engine.js';
import { emitOnnx } from '../../graph/emit/emit-onnx.js';
import { lanczos3 } from '../../graph/passes/enlarging.js';
import { fits, fittedRange } from '../../graph/read/onnx/onnx-fit.js';
import { concludeColours, type Colours, type KnownColours } from './colours.js';
import {
  blocksOf,
  checkFactor,
  checkHalo,
  concludeExtent,
  concludeSizes,
  sizeOf,
  statedExtent,
} from './extent.js';
import type { By } from './finding.js';
import { draftOf, fitOf, fittedTo, isLuma, windowOf, type Fitted, type Subject } from './fitting.js';
import { factsOf, type NetworkFacts } from '../network-file.js';
import { openProbe } from '../probe/probe.js';
import type { Probe } from '../probe/planes-probe.js';

/** The network as the engine runs it, and what was found. */
export interface Concluded extends Fitted {
  readonly facts: NetworkFacts;
  readonly colours: Colours;
  /** By what each is known. */
  readonly by: Readonly<Record<'factor' | 'reach' | 'sizes', By>>;
}

/** Of a network whose operators are not known. */
export type EstimatedCost = Pick<NetworkFile, 'macsPerPixel' | 'liveFloatsPerPixel'>;

/**
 * Finds out what a network takes, gives and looks at, and fits it to what the engine needs. What is stated goes
 * before what its file tells, and this before what running it shows.
 * @throws SrganError E_MODEL
 */
export async function conclude(
  subject: Subject,
  known: KnownColours,
  estimated: EstimatedCost,
): Promise<Concluded> {
  const { title, signature, stated } = subject;
  const draft = draftOf(subject);
  const window = windowOf(subject, draft.graph);
  let opened: Promise<Probe> | undefined;
  const probe = () => (opened ??= openProbe(title, draft.graph ? emitOnnx(draft.graph) : draft.bytes));
  try {
    const own = draft.graph && factsOf(title, draft.graph, 1, 1);
    const sizes = own
      ? { factor: own.factor, multiple: own.alignPx ?? 1 }
      : await concludeSizes(title, stated, window?.value, await probe());
    checkFactor(title, stated.factor, sizes.factor);
    const size = own || !window ? blocksOf(sizes.multiple) : sizeOf(window.value);
    const colours = await concludeColours(stated, known, { ...size, gray: isLuma(signature) }, probe);
    const fit = fitOf(subject, colours, sizes.factor, window?.value);
    const fitted = fits(fit) ? draft : fittedTo(subject, fit);
    const ranges = { inputRange: fittedRange(fit.input), outputRange: fittedRange(fit.output) };
    const facts = await factsWith(ranges);
    checkHalo(title, facts);
    // what its file says of sizes is not so where all operators are known
    const anySize = signature.size !== undefined && !window;
    const bytes = fitted.graph && (anySize || !fits(fit)) ? emitOnnx(fitted.graph) : fitted.bytes;
    const by = {
      factor: way(own),
      reach: way(own, stated.halo),
      sizes: window?.by ?? way(own, stated.multiple),
    };
    return { bytes, graph: fitted.graph, facts, colours, by };

    async function factsWith(values: typeof ranges): Promise<NetworkFacts> {
      if (fitted.graph) {
        const read = factsOf(title, fitted.graph, values.inputRange, values.outputRange);
        return { ...read, ...statedExtent(stated, read, window?.value) };
      }
      const tried = { input: colours.inputRange.value, output: colours.outputRange.value };
      const extent = await concludeExtent(title, stated, sizes, window?.value, await probe(), tried);
      const radiusPx = Math.max(extent.radiusPx, isLuma(signature) ? lanczos3.supportPx : 0);
      return { factor: sizes.factor, ...values, ...estimated, ...extent, radiusPx };
    }
  } finally {
    await (await opened)?.close();
  }
}

function way(graph: unknown, stated?: number): By {
  if (stated !== undefined) return 'stated';
  return graph ? 'graph' : 'probe';
}
