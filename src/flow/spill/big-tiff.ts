import { rowBytes, SAMPLES_AT, samplesEnd, type Layout } from './layout.js';

const SHORT = 3;
const LONG = 4;
const LONG8 = 16;
const VALUE_BYTES = { [SHORT]: 2, [LONG]: 4, [LONG8]: 8 };

type Field = [tag: number, type: typeof SHORT | typeof LONG | typeof LONG8, values: readonly number[]];

/** libvips reads this much at a time. */
const STRIP_BYTES = 256 * 1024;

const ALIGNMENT = 8;

/** Where the directories begin. */
export const directoriesAt = (layout: Layout) => aligned(samplesEnd(layout));

const aligned = (at: number) => Math.ceil(at / ALIGNMENT) * ALIGNMENT;

/** The first bytes of a little-endian BigTIFF file (libtiff's BigTIFF design). */
export function tiffHead(layout: Layout): Buffer {
  const head = Buffer.alloc(SAMPLES_AT);
  head.write('II', 'latin1');
  head.writeUInt16LE(43, 2);
  head.writeUInt16LE(8, 4);
  head.writeBigUInt64LE(BigInt(directoriesAt(layout)), 8);
  return head;
}

/** The directory of each page, to be written at `directoriesAt`. */
export function tiffDirectories(layout: Layout): Buffer {
  const parts: Buffer[] = [];
  let at = directoriesAt(layout);
  for (let page = 0; page < layout.pages; page++) {
    const directory = directoryOf(fieldsOf(layout, page), at, page === layout.pages - 1);
    parts.push(directory);
    at += directory.length;
  }
  return Buffer.concat(parts);
}

function fieldsOf(layout: Layout, page: number): Field[] {
  const { widthPx, pageHeightPx, channels, bits } = layout;
  const bytes = rowBytes(layout);
  const stripRows = Math.min(pageHeightPx, Math.max(1, Math.floor(STRIP_BYTES / bytes)));
  const strips = Array.from({ length: Math.ceil(pageHeightPx / stripRows) }, (_, i) => i * stripRows);
  const pageAt = SAMPLES_AT + page * pageHeightPx * bytes;
  const each = (value: number) => new Array<number>(channels).fill(value);
  return [
    [256, LONG, [widthPx]],
    [257, LONG, [pageHeightPx]],
    [258, SHORT, each(bits)],
    [259, SHORT, [1]],
    [262, SHORT, [isGray(layout) ? 1 : 2]],
    [273, LONG8, strips.map((row) => pageAt + row * bytes)],
    [277, SHORT, [channels]],
    [278, LONG, [stripRows]],
    [279, LONG8, strips.map((row) => Math.min(stripRows, pageHeightPx - row) * bytes)],
    [284, SHORT, [1]],
    ...(channels % 2 === 0 ? [[338, SHORT, extraSamples(layout)] satisfies Field] : []),
    [339, SHORT, each(bits === 32 ? 3 : 1)],
  ];
}

/**
 * Floating point with alpha is called gray, however many channels it has: libvips takes alpha up to 255 then, and
 * of RGB up to 1, where it makes black of all that is below 1 %.
 */
export const isGray = ({ channels, bits }: Pick<Layout, 'channels' | 'bits'>) =>
  channels < 3 || (channels === 4 && bits === 32);

/** Straight alpha, and before it what is more than the colours that there should be. */
function extraSamples(layout: Layout): number[] {
  return layout.channels === 4 && isGray(layout) ? [0, 0, 2] : [2];
}

function directoryOf(fields: readonly Field[], at: number, isLast: boolean): Buffer {
  const table = Buffer.alloc(8 + 20 * fields.length + 8);
  table.writeBigUInt64LE(BigInt(fields.length));
  const parts = [table];
  let end = at + table.length;
  fields.forEach(([tag, type, values], i) => {
    const entry = 8 + 20 * i;
    table.writeUInt16LE(tag, entry);
    table.writeUInt16LE(type, entry + 2);
    table.writeBigUInt64LE(BigInt(values.length), entry + 4);
    const size = VALUE_BYTES[type];
    const data = Buffer.alloc(aligned(values.length * size));
    values.forEach((value, j) => {
      if (type === LONG8) data.writeBigUInt64LE(BigInt(value), j * size);
      else data.writeUIntLE(value, j * size, size);
    });
    if (values.length * size <= 8) {
      data.copy(table, entry + 12);
    } else {
      table.writeBigUInt64LE(BigInt(end), entry + 12);
      parts.push(data);
      end += data.length;
    }
  });
  const next = aligned(end);
  parts.push(Buffer.alloc(next - end));
  table.writeBigUInt64LE(BigInt(isLast ? 0 : next), table.length - 8);
  return Buffer.concat(parts);
}
