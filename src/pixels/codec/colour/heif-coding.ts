import type { ByteSource } from '../metadata/tiff-directory.js';
import { itemPropertiesOf, type Box, type CodePoints, type ItemProperties } from './heif-boxes.js';

const NCLX_BYTES = 11;

/** What the primary picture of an AVIF file states of its colours by code points. */
export function codingOfHeif(file: ByteSource): CodePoints | undefined {
  const found = itemPropertiesOf(file);
  const box = found && statedCodingOf(file, found);
  if (!box) return undefined;
  const points = file.read(box.start + 4, 4);
  return { primaries: points.readUInt16BE(0), transfer: points.readUInt16BE(2) };
}

/** The box that states it. */
export function statedCodingOf(file: ByteSource, { primary, properties }: ItemProperties): Box | undefined {
  return primary.places
    .map((place) => properties[place - 1])
    .find(
      (box) =>
        box?.type === 'colr' &&
        box.end - box.start >= NCLX_BYTES &&
        file.read(box.start, 4).toString('latin1') === 'nclx',
    );
}
