import type { Face, Layout, Order, ValueRange } from '../../graph/read/onnx/onnx-fit.js';
import { haloOf } from '../../tiles/choose-grid.js';
import type { Colours } from './colours.js';
import type { Concluded } from './conclude.js';
import type { Finding } from './finding.js';
import type { Subject } from './fitting.js';
import { NUMBER_TYPES } from './signature.js';

/** What was concluded of a network, and by what. */
export function findingsOf(
  { signature, stated }: Subject,
  { facts, by, colours }: Pick<Concluded, 'facts' | 'by' | 'colours'>,
): Finding[] {
  const { input, output } = signature;
  const lie = stated.layout === undefined ? 'file' : 'stated';
  return [
    { what: 'factor', value: `x${facts.factor}`, by: by.factor },
    ...(stated.enlargeFirst === undefined
      ? []
      : [
          {
            what: 'before',
            value: `enlarged ${stated.enlargeFirst} times by bicubic`,
            by: 'stated',
          } as const,
        ]),
    { what: 'takes', value: valuesOf(input, colours.inputRange.value), by: colours.inputRange.by },
    { what: 'gives', value: valuesOf(output, colours.outputRange.value), by: colours.outputRange.by },
    ...(input.channels === 1 ? [] : orders(colours)),
    { what: 'layout', value: both(layoutName(input.layout), layoutName(output.layout)), by: lie },
    { what: 'numbers', value: both(typeName(input), typeName(output)), by: 'file' },
    { what: 'sizes', value: sizesOf(facts), by: by.sizes },
    { what: 'radius', value: `${facts.radiusPx} px`, by: by.reach },
    { what: 'halo of a tile', value: `${haloOf(facts)} px`, by: by.reach },
  ];
}

function valuesOf({ channels }: Pick<Face, 'channels'>, [black, white]: ValueRange): string {
  return `${channels === 1 ? 'luma' : 'colour'} in ${black}..${white}`;
}

function orders({ inputOrder, outputOrder }: Colours): Finding[] {
  const name = (order: Order) => order.toUpperCase();
  const by = inputOrder.by === 'stated' ? 'stated' : outputOrder.by;
  return [{ what: 'order', value: both(name(inputOrder.value), name(outputOrder.value)), by }];
}

function sizesOf({ alignPx = 1, windowPx }: Concluded['facts']): string {
  if (windowPx) return `${windowPx.widthPx} × ${windowPx.heightPx} px alone`;
  return alignPx > 1 ? `multiples of ${alignPx} px` : 'any';
}

function layoutName(layout: Layout): string {
  return layout === 'nchw' ? 'channels first' : 'channels last';
}

function typeName({ type }: Pick<Face, 'type'>): string {
  return NUMBER_TYPES.get(type) ?? '';
}

function both(taken: string, given: string): string {
  return taken === given ? taken : `${taken} in, ${given} out`;
}
