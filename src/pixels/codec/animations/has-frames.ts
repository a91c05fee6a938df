import { lookInto } from '../metadata/file-source.js';

/** The chunks before the pixels are few; a file with more of them is made to be slow to read. */
const MOST_CHUNKS = 1000;

/**
 * Frames of an animated PNG, which its acTL chunk states before the pixels (PNG third edition, 11.3.6.1); 1 for
 * any other.
 */
export function pngFrames(path: string): number {
  return lookInto(path, 1, (file) => {
    let at = 8;
    for (let chunk = 0; chunk < MOST_CHUNKS; chunk += 1) {
      const head = file.read(at, 8);
      const kind = head.toString('latin1', 4, 8);
      if (kind === 'acTL') return Math.max(1, file.read(at + 8, 4).readUInt32BE());
      if (kind === 'IDAT') return 1;
      at += 12 + head.readUInt32BE();
    }
    return 1;
  });
}
