import type { Rows } from './open-rows.js';

/**
 * One row of an image, ready to be compared: values 0..255 at any depth (16-bit samples divided by 257).
 * Colour is premultiplied by alpha, so that the colour of what nobody can see does not count.
 */
export interface PlaneRow {
  /** Gray alone, or red, green, blue. */
  readonly colour: readonly Float64Array[];
  /** Luma of the colour, 16..235. */
  readonly y: Float64Array;
  /** 255 is opaque; empty where neither image has alpha. */
  readonly alpha: Float64Array;
}

/** What both rows of a comparison have, whatever their images are stored as. */
export interface PlaneShape {
  readonly colours: 1 | 3;
  readonly alpha: boolean;
}

export function shapeOfPair(a: Pick<Rows, 'channels'>, b: Pick<Rows, 'channels'>): PlaneShape {
  return {
    colours: a.channels === 1 && b.channels === 1 ? 1 : 3,
    alpha: a.channels === 4 || b.channels === 4,
  };
}

/**
 * Takes samples of `rows` apart; the planes are the same arrays at each call.
 * Luma is ITU-R BT.601 for 8-bit video, without rounding: Y = 16 + (65.481 R + 128.553 G + 24.966 B) / 255,
 * as rgb2ycbcr of MATLAB defines it and papers on super-resolution use it.
 */
export function planeReader(rows: Pick<Rows, 'channels' | 'maxValue' | 'widthPx'>, shape: PlaneShape) {
  const { channels, widthPx } = rows;
  const levels = rows.maxValue / 255;
  const planes = Array.from({ length: channels === 1 ? 1 : 3 }, () => new Float64Array(widthPx));
  const gray = planes[0] as Float64Array;
  const [red, green, blue] = [gray, planes[1] ?? gray, planes[2] ?? gray];
  const colour = shape.colours === 1 ? [gray] : [red, green, blue];
  const y = new Float64Array(widthPx);
  const alpha = new Float64Array(shape.alpha ? widthPx : 0).fill(255);

  /** @param row of the band that `samples` holds */
  return (samples: Uint8Array | Uint16Array, row: number): PlaneRow => {
    let at = row * widthPx * channels;
    for (let x = 0; x < widthPx; x++, at += channels) {
      let opacity = 1;
      if (channels === 4) {
        const value = (samples[at + 3] as number) / levels;
        alpha[x] = value;
        opacity = value / 255;
      }
      for (let c = 0; c < planes.length; c++) {
        (planes[c] as Float64Array)[x] = ((samples[at + c] as number) / levels) * opacity;
      }
      y[x] =
        16 +
        (65.481 * (red[x] as number) + 128.553 * (green[x] as number) + 24.966 * (blue[x] as number)) / 255;
    }
    return { colour, y, alpha };
  };
}
