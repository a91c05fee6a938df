import { lookInto } from './file-source.js';

/** Chunks before the first picture: VP8X, ICCP, ANIM, and a frame around it. */
const MOST_CHUNKS = 8;

/** Whether the first picture of a WebP file is stored without loss (RFC 9649, 2.5 to 2.7). */
export function isLosslessWebp(path: string): boolean {
  return lookInto(path, false, (file) => {
    let at = 12;
    for (let chunk = 0; chunk < MOST_CHUNKS; chunk += 1) {
      const head = file.read(at, 8);
      const kind = head.toString('latin1', 0, 4);
      if (kind === 'VP8L') return true;
      if (kind === 'VP8 ') return false;
      const bytes = head.readUInt32LE(4);
      // the picture of a frame lies behind 16 bytes of its own
      at += kind === 'ANMF' ? 8 + 16 : 8 + bytes + (bytes % 2);
    }
    return false;
  });
}
