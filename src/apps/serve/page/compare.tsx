import { useEffect, useRef, useState } from 'preact/hooks';
import type { Picture } from './pictures.js';
import { fit, move, zoomAt, type Sizes, type View } from './view.js';

interface Props {
  readonly picture: Picture;
  readonly onClose: () => void;
}

const STEP = 2;
const PAN = 60;

/** Before and after, one over the other with a line between; zoomed and moved as one, pixel by pixel. */
export function Compare({ picture, onClose }: Props) {
  const { name, sourceUrl, resultUrl, result } = picture;
  const dialog = useRef<HTMLDialogElement>(null);
  const frame = useRef<HTMLDivElement>(null);
  const [natural, setNatural] = useState<Pick<Sizes, 'widthPx' | 'heightPx'>>();
  const [box, setBox] = useState<Pick<Sizes, 'width' | 'height' | 'ratio'>>();
  const [view, setView] = useState<View>({ zoom: 1, left: 0, top: 0 });
  const [split, setSplit] = useState(0.5);
  const [hasBefore, setHasBefore] = useState(sourceUrl !== undefined);
  const pointers = useRef(new Map<number, { x: number; y: number }>());
  const drags = useRef<'split' | 'view'>('view');

  useEffect(() => {
    dialog.current?.showModal();
    frame.current?.focus();
  }, []);

  // a frame has its size once the dialog is open, a picture once it is loaded
  useEffect(() => {
    const element = frame.current;
    if (!element) return;
    const observer = new ResizeObserver(() => {
      const { width, height } = element.getBoundingClientRect();
      setBox({ width, height, ratio: devicePixelRatio });
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const sizes: Sizes | undefined = natural && box && { ...natural, ...box };
  useEffect(() => {
    if (sizes) setView(fit(sizes));
  }, [natural, box]);

  const zoomBy = (factor: number, x?: number, y?: number) => {
    if (sizes)
      setView((now) => zoomAt(now, now.zoom * factor, x ?? sizes.width / 2, y ?? sizes.height / 2, sizes));
  };
  const pan = (x: number, y: number) => {
    if (sizes) setView((now) => move(now, x, y, sizes));
  };

  useEffect(() => {
    const element = frame.current;
    // not passive, so that the page does not scroll
    const wheel = (event: WheelEvent) => {
      event.preventDefault();
      const box = element?.getBoundingClientRect();
      zoomBy(
        Math.exp(-event.deltaY / 300),
        event.clientX - (box?.left ?? 0),
        event.clientY - (box?.top ?? 0),
      );
    };
    element?.addEventListener('wheel', wheel, { passive: false });
    return () => element?.removeEventListener('wheel', wheel);
  });

  const down = (event: PointerEvent) => {
    const box = frame.current?.getBoundingClientRect();
    if (!box) return;
    frame.current?.setPointerCapture(event.pointerId);
    pointers.current.set(event.pointerId, { x: event.clientX, y: event.clientY });
    const isNear = Math.abs(event.clientX - box.left - split * box.width) < 24;
    drags.current = hasBefore && isNear ? 'split' : 'view';
  };
  const moved = (event: PointerEvent) => {
    const before = pointers.current.get(event.pointerId);
    const box = frame.current?.getBoundingClientRect();
    if (!before || !box) return;
    const now = { x: event.clientX, y: event.clientY };
    const other = [...pointers.current].find(([id]) => id !== event.pointerId)?.[1];
    pointers.current.set(event.pointerId, now);
    if (other) {
      const distance = (point: typeof now) => Math.hypot(point.x - other.x, point.y - other.y);
      zoomBy(
        distance(now) / Math.max(1, distance(before)),
        (now.x + other.x) / 2 - box.left,
        (now.y + other.y) / 2 - box.top,
      );
    } else if (drags.current === 'split') setSplit(Math.min(1, Math.max(0, (now.x - box.left) / box.width)));
    else pan(now.x - before.x, now.y - before.y);
  };
  const up = (event: PointerEvent) => void pointers.current.delete(event.pointerId);

  const keys: Record<string, () => void> = {
    ArrowLeft: () => pan(PAN, 0),
    ArrowRight: () => pan(-PAN, 0),
    ArrowUp: () => pan(0, PAN),
    ArrowDown: () => pan(0, -PAN),
    '+': () => zoomBy(STEP),
    '=': () => zoomBy(STEP),
    '-': () => zoomBy(1 / STEP),
    '0': () => sizes && setView(fit(sizes)),
    '1': () => zoomBy(1 / view.zoom),
  };
  const key = (event: KeyboardEvent) => {
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  };

  const place = sizes && {
    left: `${view.left}px`,
    top: `${view.top}px`,
    width: `${(sizes.widthPx * view.zoom) / sizes.ratio}px`,
    height: `${(sizes.heightPx * view.zoom) / sizes.ratio}px`,
  };
  const rendering = view.zoom >= 1 ? 'pixelated' : 'auto';
  const percent = Math.round(100 * view.zoom);

  return (
    <dialog ref={dialog} class="compare" aria-labelledby="compare-name" onClose={onClose}>
      <header>
        <h2 id="compare-name">{name}</h2>
        <button class="button" type="button" onClick={() => dialog.current?.close()} aria-label="Close">
          <svg viewBox="0 0 20 20" aria-hidden="true">
            <path d="m5 5 10 10M15 5 5 15" />
          </svg>
        </button>
      </header>
      <div
        ref={frame}
        class="frame"
        tabIndex={0}
        role="group"
        aria-label={`${name}, before and after. Arrow keys move, plus and minus zoom, 0 shows all, 1 shows pixels.`}
        onPointerDown={down}
        onPointerMove={moved}
        onPointerUp={up}
        onPointerCancel={up}
        onKeyDown={key}
      >
        <img
          src={resultUrl}
          alt="After"
          draggable={false}
          style={{ ...place, imageRendering: rendering }}
          onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) =>
            setNatural({ widthPx: naturalWidth, heightPx: naturalHeight })
          }
        />
        {hasBefore && (
          <div class="before" style={{ clipPath: `inset(0 ${100 * (1 - split)}% 0 0)` }}>
            <img
              src={sourceUrl}
              alt="Before"
              draggable={false}
              style={{ ...place, imageRendering: rendering }}
              onError={() => setHasBefore(false)}
            />
          </div>
        )}
        {hasBefore && (
          <>
            <div class="line" aria-hidden="true" style={{ left: `${100 * split}%` }} />
            <span class="tag left">Before</span>
            <span class="tag right">After</span>
          </>
        )}
      </div>
      <footer>
        {hasBefore ? (
          <label class="split">
            <span>Before and after</span>
            <input
              type="range"
              min={0}
              max={100}
              value={100 * split}
              onInput={(event) => setSplit(Number(event.currentTarget.value) / 100)}
            />
          </label>
        ) : (
          <span class="split">The source is not shown here.</span>
        )}
        <div class="zoom" role="group" aria-label="Zoom">
          <button class="button" type="button" onClick={() => zoomBy(1 / STEP)} aria-label="Zoom out">
            −
          </button>
          <output aria-live="off">{percent} %</output>
          <button class="button" type="button" onClick={() => zoomBy(STEP)} aria-label="Zoom in">
            +
          </button>
          <button class="button" type="button" onClick={() => zoomBy(1 / view.zoom)}>
            Pixels
          </button>
          <button class="button" type="button" onClick={() => sizes && setView(fit(sizes))}>
            Fit
          </button>
        </div>
        <a class="button primary" href={resultUrl} download={result?.name}>
          Download
        </a>
      </footer>
    </dialog>
  );
}
