import { damaged } from '../../order.js';

/**
 * A line of a .param file: a layer, the blobs that it takes and gives, and its numbered settings.
 * Source: https://github.com/Tencent/ncnn/wiki/param-and-model-file-structure
 */
export interface NcnnLayer {
  readonly type: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly settings: ReadonlyMap<number, readonly number[]>;
}

const MAGIC = '7767517';
const MAX_LAYERS = 100_000;

/** A setting that is a list is stored under this less its number. */
const LISTS = -23300;

/** @throws SrganError E_MODEL */
export function readParam(title: string, text: string): NcnnLayer[] {
  const [magic, counts, ...lines] = text.split(/\r?\n/).filter((line) => line.trim() !== '');
  if (magic?.trim() !== MAGIC) throw damaged(title, 'it is no ncnn param file');
  const [layers = 0, blobs = 0] = words(counts ?? '').map(Number);
  if (!isCount(layers) || !isCount(blobs)) throw damaged(title, 'it does not state its number of layers');
  if (lines.length < layers) {
    throw damaged(title, `it states ${layers} layers and ends after ${lines.length}`);
  }
  return lines.slice(0, layers).map((line) => readLine(title, line));
}

function readLine(title: string, line: string): NcnnLayer {
  const [type, name, inputCount, outputCount, ...rest] = words(line);
  const [inputs, outputs] = [Number(inputCount), Number(outputCount)];
  if (!type || !name || !isCount(inputs) || !isCount(outputs) || rest.length < inputs + outputs) {
    throw damaged(title, `its line '${line.trim().slice(0, 60)}' is no layer`);
  }
  return {
    type,
    name,
    inputs: rest.slice(0, inputs),
    outputs: rest.slice(inputs, inputs + outputs),
    settings: new Map(rest.slice(inputs + outputs).map((word) => readSetting(title, name, word))),
  };
}

function readSetting(title: string, layer: string, word: string): [number, number[]] {
  const [key = '', text = ''] = word.split('=');
  const [number, values] = [Number(key), text.split(',').map(Number)];
  const known = /^-?\d+$/.test(key) && text !== '' && values.every(Number.isFinite);
  if (!known) throw damaged(title, `layer '${layer}' has the setting '${word.slice(0, 60)}'`);
  return number <= LISTS ? [LISTS - number, values.slice(1)] : [number, values.slice(0, 1)];
}

function words(line: string): string[] {
  return line.trim().split(/\s+/);
}

function isCount(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= MAX_LAYERS;
}
