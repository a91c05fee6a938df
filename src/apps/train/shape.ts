/** A network of the trained kind: 5×5 convolution, `layers` 3×3 convolutions, 3×3 convolution, and a free 5×5 skip. */
export interface Shape {
  readonly factor: Factor;
  /** Channels of the trunk. */
  readonly channels: number;
  /** 3×3 convolutions in the trunk. */
  readonly layers: number;
}

export const FACTORS = [2, 3, 4] as const;
export type Factor = (typeof FACTORS)[number];

export const SIZES = ['s', 'm', 'l'] as const;
export type NetworkSize = (typeof SIZES)[number];

/** Slope of the LeakyReLU below 0. */
export const SLOPE = 0.1;

/** At x2: 15,348, 62,052 and 233,796 multiply-adds per input pixel. */
const TRUNKS: Record<NetworkSize, Omit<Shape, 'factor'>> = {
  s: { channels: 16, layers: 5 },
  m: { channels: 32, layers: 6 },
  l: { channels: 64, layers: 6 },
};

export function shapeOf(size: NetworkSize, factor: Factor): Shape {
  return { factor, ...TRUNKS[size] };
}

/** One convolution of a network, in the order in which they are run; the skip comes last. */
export interface Layer {
  readonly name: string;
  /** Side of the kernel. */
  readonly side: 3 | 5;
  readonly from: number;
  readonly to: number;
  readonly hasBias: boolean;
  /** Its input is added to its result before the activation, inside of the kernel. */
  readonly straight: boolean;
  /** Standard deviation of the values that a new kernel begins with, times √(inputs of an output / 2). */
  readonly gain: number;
}

export function layersOf({ factor, channels, layers }: Shape): Layer[] {
  const subpixels = 3 * factor * factor;
  const layer = (name: string, side: 3 | 5, from: number, to: number, rest: Partial<Layer> = {}): Layer => ({
    name,
    side,
    from,
    to,
    hasBias: true,
    straight: false,
    gain: 1,
    ...rest,
  });
  return [
    layer('first', 5, 3, channels),
    ...Array.from({ length: layers }, (_, i) =>
      layer(`middle${i}`, 3, channels, channels, { straight: true, gain: 0.5 }),
    ),
    layer('last', 3, channels, subpixels, { gain: 0.1 }),
    layer('skip', 5, 3, subpixels, { hasBias: false }),
  ];
}

/** Multiply-adds per input pixel of the collapsed network. */
export function macsPerPixel(shape: Shape): number {
  return layersOf(shape).reduce((sum, { side, from, to }) => sum + side * side * from * to, 0);
}
