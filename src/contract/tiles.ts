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
  /** What it contributes to the result; the cores of a page cover each pixel once. */
  readonly core: Rect;
  /**
   * The core with its halo. It ends at the page's border, where the network's own padding must act, or at the
   * end of the block that the border lies in.
   */
  readonly window: Rect;
}

/** Something about each side of a rectangle. */
export interface Sides<T> {
  readonly top: T;
  readonly left: T;
  readonly bottom: T;
  readonly right: T;
}

/** Sides of a tile at which the image ends, so that the network's own zeros act there; the others are open. */
export type ClosedSides = Sides<boolean>;

/**
 * What a tile goes through: the network as it is, or with its halo taken off step by step, or as it is made for tiles.
 */
export type TileForm = 'whole' | 'native' | 'narrowed' | 'tiled';

export interface PlannedTile extends Tile {
  readonly form: TileForm;
  /** Sides at which the network's own zeros act: those where the image ends, and those opposite them. */
  readonly closed: ClosedSides;
  /** What the network makes of the window: at least the core. */
  readonly covered: Rect;
  /** What the window has around what is wanted of it, where the form takes it off. */
  readonly halo?: Sides<number>;
}

/** Tiles beside and below one another whose cores make some whole rows of the page's pixels. */
export interface TileRow {
  readonly tiles: number;
  /** @param index 0 .. tiles - 1 */
  tileAt(index: number): PlannedTile;
  /** Rows of pixels that the tiles contribute. */
  readonly core: Span;
  /** Rows of pixels of the page that they look at. */
  readonly window: Span;
}

/** Multiply-adds of a tile with certain closed sides. */
export interface TileWork {
  /** For each input pixel of the tile. */
  readonly perPixel: number;
  /** For each pixel of its width and of its height, for what lies along its sides. */
  readonly perWidthPx: number;
  readonly perHeightPx: number;
  /** For its corners. */
  readonly once: number;
}

/**
 * Where a tile's halo that nothing after it looks at is taken off. How wide it is there is told when the network is
 * run, since a tile at the border of the image has none beyond it.
 */
export interface Narrowing {
  /** Width of the halo before and after, in input pixels, where the image does not end sooner. */
  readonly fromPx: number;
  readonly toPx: number;
  /** Positions of the tensor for each input pixel. */
  readonly scale: number;
}

/** A part of the network that runs with a halo of one width. */
export interface Stage {
  readonly haloPx: number;
  /** What its tensors hold beyond it on each side, by padding, in input pixels. */
  readonly beyondPx: number;
  /** Per input pixel of the tile with this halo. */
  readonly macsPerPixel: number;
  readonly liveFloatsPerPixel: number;
}

/** What counts beside, for our own kernels. */
export interface NativeStage extends Stage {
  /** What its layers read and write, each on its own. */
  readonly movedFloatsPerPixel: number;
  /** By a single layer, where those that move more count more. */
  readonly movedAtOnceFloatsPerPixel: number;
}

/** One page of Pixels: where its samples begin, and how they lie. Of a band only some rows are there. */
export interface Page {
  readonly data: Uint8Array | Uint16Array;
  /** Index of its first sample; below 0 where that is above the band. */
  readonly start: number;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly channels: number;
}
