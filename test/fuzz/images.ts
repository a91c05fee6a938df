import { draw, pipelineOf } from '../helpers/images.js';

/** A small image in one of the forms that can be read. */
export interface Whole {
  readonly name: string;
  readonly bytes: Buffer;
}

/** Each format with the depths, the channels and the kinds of compression that decoders treat apart. */
export async function wholeImages(): Promise<Whole[]> {
  const of = (channels: 1 | 2 | 3 | 4, bits: 8 | 16 = 8, pages = 1) =>
    pipelineOf(draw({ widthPx: 11, heightPx: 8, channels, bits, pages }));
  const images = {
    'rgb.png': of(3).png(),
    'rgba16.png': of(4, 16).png(),
    'gray.png': of(1).png(),
    'palette.png': of(3).png({ palette: true }),
    'interlaced.png': of(4).png({ progressive: true }),
    'rgb.jpg': of(3).jpeg(),
    'progressive.jpg': of(3).jpeg({ progressive: true }),
    'gray.jpg': of(1).jpeg(),
    'cmyk.jpg': of(3).toColourspace('cmyk').jpeg(),
    'lossy.webp': of(4).webp(),
    'lossless.webp': of(3).webp({ lossless: true }),
    'animated.webp': of(4, 8, 3).webp(),
    'still.gif': of(3).gif(),
    'animated.gif': of(3, 8, 3).gif(),
    'plain.tif': of(3).tiff({ compression: 'none' }),
    'lzw16.tif': of(3, 16).tiff({ compression: 'lzw' }),
    'deflate.tif': of(4).tiff({ compression: 'deflate', predictor: 'horizontal' }),
    'jpeg.tif': of(3).tiff({ compression: 'jpeg' }),
    'pages.tif': of(3, 8, 3).tiff({ compression: 'deflate' }),
    'rgb.avif': of(3).avif({ effort: 0 }),
    'alpha10.avif': of(4).avif({ effort: 0, bitdepth: 10 }),
  };
  return Promise.all(
    Object.entries(images).map(async ([name, image]) => ({ name, bytes: await image.toBuffer() })),
  );
}
