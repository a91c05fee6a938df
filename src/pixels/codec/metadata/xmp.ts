/** The packet, saying that the pixels stand upright. Any encoding that keeps ASCII passes unharmed. */
export function uprightXmp(xmp: Buffer): Buffer {
  return rewritten(xmp, ['tiff:Orientation'], '1');
}

/** The packet with the dimensions that it states changed to those of the result. */
export function resizedXmp(xmp: Buffer, widthPx: number, heightPx: number): Buffer {
  const wide = rewritten(xmp, ['tiff:ImageWidth', 'exif:PixelXDimension'], String(widthPx));
  return rewritten(wide, ['tiff:ImageLength', 'exif:PixelYDimension'], String(heightPx));
}

function rewritten(xmp: Buffer, properties: readonly string[], value: string): Buffer {
  const found = new RegExp(`((?:${properties.join('|')})\\s*(?:=\\s*["']|>))\\s*\\d+`, 'g');
  return Buffer.from(xmp.toString('latin1').replace(found, `$1${value}`), 'latin1');
}
