import type { TextEntry } from '../../../contract/job.js';
import { lookInto } from './file-source.js';
import type { ByteSource } from './tiff-directory.js';

const MAX_PARTS = 10_000;
/** Texts of image generators with their whole graph take some hundred KiB. */
const MAX_BYTES = 8 * 2 ** 20;

const PNG_TEXTS = ['tEXt', 'zTXt', 'iTXt'];
const XMP = 'XML:com.adobe.xmp';

/** Texts beside the pixels: those of PNG (W3C PNG 3, 11.3.3) and comments of JPEG (ITU T.81, B.2.4.5). */
export function textsOf(path: string, format: string): TextEntry[] | undefined {
  const read = { png: pngTexts, jpeg: jpegComments }[format];
  const texts: TextEntry[] = [];
  // of a damaged file what comes before the damage
  if (read) lookInto(path, undefined, (file) => read(file, texts));
  return texts.length > 0 ? texts : undefined;
}

function pngTexts(file: ByteSource, texts: TextEntry[]): void {
  let bytes = 0;
  for (let [at, part] = [8, 0]; at + 12 <= file.length && part < MAX_PARTS; part += 1) {
    const head = file.read(at, 8);
    const [length, kind] = [head.readUInt32BE(0), head.toString('latin1', 4)];
    if (kind === 'IEND') return;
    bytes += PNG_TEXTS.includes(kind) ? length : 0;
    if (PNG_TEXTS.includes(kind) && bytes <= MAX_BYTES) {
      const chunk = Buffer.from(file.read(at, 12 + length));
      const title = chunk.toString('latin1', 8, 8 + 80).split('\0', 1)[0] ?? '';
      if (title !== XMP) texts.push({ title, chunk });
    }
    at += 12 + length;
  }
}

function jpegComments(file: ByteSource, texts: TextEntry[]): void {
  for (let [at, part] = [2, 0]; part < MAX_PARTS; part += 1) {
    const head = file.read(at, 4);
    const marker = head.readUInt8(1);
    if (head.readUInt8(0) !== 0xff || marker === 0xda || marker === 0xd9) return;
    if (marker === 0xff) {
      at += 1;
      continue;
    }
    const length = head.readUInt16BE(2);
    if (marker === 0xfe)
      texts.push({ title: 'comment', comment: Buffer.from(file.read(at + 4, Math.max(0, length - 2))) });
    at += 2 + length;
  }
}
