import type { Face, Layout, Order, ValueRange } from '../../graph/read/onnx/onnx-fit.js';
import { haloOf } from '../../tiles/choose-grid.js';
import type { Colours } from './colours.js';
import type { Identified } from './identify.js';
import { type Finding, statedFile, type StatedFacts } from './stated-facts.js';
import { type Subject, NUMBER_TYPES } from './fitting.js';
import path from 'node:path';
import type { ChosenOutput } from '../file/onnx-bytes.js';

/** Lists the facts of a network and their sources. */
export function findingsOf(
  { signature, stated }: Subject,
  { facts, by, colours }: Pick<Identified, 'facts' | 'by' | 'colours'>,
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

function sizesOf({ alignPx = 1, windowPx }: Identified['facts']): string {
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

/** Facts of a network that were found by running it. */
export interface Guesses {
  readonly factor: number;
  readonly colours: Pick<Colours, 'inputRange' | 'outputRange' | 'uncertain'>;
  readonly stated: StatedFacts;
  /** Its format belongs to programs that upscale nothing before the network. */
  readonly byFormat?: boolean;
  readonly output?: ChosenOutput | undefined;
}

/** Returns one sentence for each uncertain fact, with the key that states it. */
export function notesOn(title: string, { factor, colours, stated, byFormat, output }: Guesses): string[] {
  const file = path.basename(statedFile(title));
  const notes: string[] = [];
  const { inputRange, outputRange, uncertain } = colours;
  if (uncertain) {
    const keys = JSON.stringify({
      ...(inputRange.by === 'probe' && { inputRange: inputRange.value }),
      ...(outputRange.by === 'probe' && { outputRange: outputRange.value }),
    });
    notes.push(
      `${title}: guessed that the network takes values in ${span(inputRange.value)} and gives ${span(outputRange.value)}; state the ranges in ${file} if that is wrong: ${keys}.`,
    );
  }
  if (factor === 1 && stated.factor === undefined && !byFormat) {
    notes.push(
      `${title}: the network keeps the size of images and is run on them as they are. If it expects enlarged images, state {"enlargeFirst": 2} in ${file}; if this is right, {"factor": 1}.`,
    );
  }
  if (output?.guessed) {
    notes.push(
      `${title}: the network has several outputs; '${output.name}' is taken for the image. State another in ${file}: {"output": ${JSON.stringify(output.name)}}.`,
    );
  }
  return notes;
}

const span = ([black, white]: ValueRange) => `${black}..${white}`;
