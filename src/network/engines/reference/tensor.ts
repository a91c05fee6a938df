/** Values of channels × height × width, in double precision. */
export interface Tensor {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
  readonly values: Float64Array;
}

export function tensor(
  channels: number,
  height: number,
  width: number,
  value: (channel: number, y: number, x: number) => number,
): Tensor {
  const made = emptyTensor(channels, height, width);
  let at = 0;
  for (let c = 0; c < channels; c += 1) {
    for (let y = 0; y < height; y += 1) {
      for (let x = 0; x < width; x += 1) made.values[at++] = value(c, y, x);
    }
  }
  return made;
}

export function emptyTensor(channels: number, height: number, width: number): Tensor {
  return { channels, height, width, values: new Float64Array(channels * height * width) };
}

/** 0 outside. */
export function pixel({ height, width, values }: Tensor, channel: number, y: number, x: number): number {
  if (y < 0 || x < 0 || y >= height || x >= width) return 0;
  return values[(channel * height + y) * width + x] as number;
}
