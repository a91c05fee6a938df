/** A rectangle of a page, in pixels from its top left corner. */
export interface Rect {
  readonly xPx: number;
  readonly yPx: number;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** From `start` to before `end`, in pixels. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export interface PageSize {
  readonly widthPx: number;
  readonly heightPx: number;
}

export interface Tile {
  /** The part of the page that this tile computes; the cores of a page cover each pixel exactly once. */
  readonly core: Rect;
  /**
   * The core plus its halo. It ends at the border of the page, so that the network pads there itself, or at the end of
   * the alignment block that contains the border.
   */
  readonly window: Rect;
}

/** A value for each side of a rectangle. */
export interface Sides<T> {
  readonly top: T;
  readonly left: T;
  readonly bottom: T;
  readonly right: T;
}

/** `true` for the sides of a tile at which the image ends, where the network pads with zeros; the others are open. */
export type ClosedSides = Sides<boolean>;

/**
 * How the network is run on a tile: unchanged (`whole`), by the native engine (`native`), with the halo cropped layer
 * by layer (`narrowed`), or as a network built for tiles (`tiled`).
 */
export type TileForm = 'whole' | 'native' | 'narrowed' | 'tiled';

export interface PlannedTile extends Tile {
  readonly form: TileForm;
  /** Sides padded with zeros by the network: those where the image ends, and those opposite them. */
  readonly closed: ClosedSides;
  /** The part of the page that the network computes from the window; contains the core. */
  readonly covered: Rect;
  /** Width of the window around the wanted part, where the form crops it. */
  readonly halo?: Sides<number>;
}

/** Tiles whose cores together cover whole rows of the page. */
export interface TileRow {
  readonly tiles: number;
  /** @param index 0 .. tiles - 1 */
  tileAt(index: number): PlannedTile;
  /** Rows of the page that the tiles compute. */
  readonly core: Span;
  /** Rows of the page that the tiles read. */
  readonly window: Span;
}

/** Multiply-adds of a tile for one combination of closed sides. */
export interface TileWork {
  /** Per input pixel of the tile. */
  readonly perPixel: number;
  /** Per pixel of its width and of its height, for the work along its sides. */
  readonly perWidthPx: number;
  readonly perHeightPx: number;
  /** Fixed, for its corners. */
  readonly once: number;
}

/**
 * A point in the network at which the part of the halo that no later layer reads is cropped. Its width is given when
 * the network is run, since a tile at the border of the image has no halo on that side.
 */
export interface Narrowing {
  /** Width of the halo before and after the crop, in input pixels, unless the image ends sooner. */
  readonly fromPx: number;
  readonly toPx: number;
  /** Positions of the tensor per input pixel, along one axis. */
  readonly scale: number;
}

/** The layers of a network that run with the same halo. */
export interface Stage {
  readonly haloPx: number;
  /** Padding that its tensors hold beyond the halo on each side, in input pixels. */
  readonly beyondPx: number;
  /** Per input pixel of the tile, halo included. */
  readonly macsPerPixel: number;
  readonly liveFloatsPerPixel: number;
}

/** Memory traffic, which also matters for the native kernels. */
export interface NativeStage extends Stage {
  /** Floats that its layers read and write, summed over the layers. */
  readonly movedFloatsPerPixel: number;
  /** Floats that one layer reads and writes, averaged with the traffic itself as weight. */
  readonly movedAtOnceFloatsPerPixel: number;
}

/** One page of Pixels: where its samples begin and how they are laid out. A band has only some of its rows. */
export interface Page {
  readonly data: Uint8Array | Uint16Array;
  /** Index of the page's first sample; negative where that lies above the band. */
  readonly start: number;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly channels: number;
}
