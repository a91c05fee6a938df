/** How the pictures lie below the frame of the viewer: all in CSS pixels but `zoom`. */
export interface View {
  /** Device pixels that a pixel of the result takes. */
  readonly zoom: number;
  readonly left: number;
  readonly top: number;
}

export interface Sizes {
  /** Of the result, in its pixels. */
  readonly widthPx: number;
  readonly heightPx: number;
  /** Of the frame. */
  readonly width: number;
  readonly height: number;
  readonly ratio: number;
}

const MIN_ZOOM = 1 / 32;
const MAX_ZOOM = 32;
const MAX_FIT = 4;

/** The whole picture in the middle of the frame; a small one as large as whole pixels go. */
export function fit({ widthPx, heightPx, width, height, ratio }: Sizes): View {
  const most = Math.min((ratio * width) / widthPx, (ratio * height) / heightPx);
  const zoom = most > 1 ? Math.min(MAX_FIT, Math.floor(most)) : most;
  return {
    zoom,
    left: (width - (widthPx * zoom) / ratio) / 2,
    top: (height - (heightPx * zoom) / ratio) / 2,
  };
}

/** Zooms so that what is at a point of the frame stays there. */
export function zoomAt(view: View, zoom: number, x: number, y: number, sizes: Sizes): View {
  const next = Math.min(MAX_ZOOM, Math.max(MIN_ZOOM, zoom));
  const grow = next / view.zoom;
  return inFrame({ zoom: next, left: x - (x - view.left) * grow, top: y - (y - view.top) * grow }, sizes);
}

export const move = (view: View, x: number, y: number, sizes: Sizes): View =>
  inFrame({ ...view, left: view.left + x, top: view.top + y }, sizes);

/** A picture that is larger than the frame fills it; a smaller one is in its middle. On whole device pixels. */
function inFrame({ zoom, left, top }: View, { widthPx, heightPx, width, height, ratio }: Sizes): View {
  const place = (at: number, size: number, frame: number) => {
    const free = frame - size;
    const placed = free > 0 ? free / 2 : Math.min(0, Math.max(free, at));
    return Math.round(placed * ratio) / ratio;
  };
  return {
    zoom,
    left: place(left, (widthPx * zoom) / ratio, width),
    top: place(top, (heightPx * zoom) / ratio, height),
  };
}
