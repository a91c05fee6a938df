import { html, type Html } from '../../report/html.js';
import { differenceAt, HEAT_GRADIENT, type Picture, type Pictures } from './compare-pictures.js';

export interface Names {
  readonly a: string;
  readonly b: string;
}

const MODES = [
  ['wipe', 'Wipe'],
  ['blink', 'Blink'],
  ['side', 'Side by side'],
  ['difference', 'Difference'],
] as const;
const ZOOMS = [1, 2, 3, 4, 6, 8, 16, 32];

/** Renders the images on top of each other with controls; without scripts, one below the other. */
export function viewer(names: Names, pictures: Pictures, largestDifference: number): Html {
  return html`<div class="viewer" id="viewer">
    <form class="controls no-print" id="controls">
      <fieldset>
        <legend>View</legend>
        ${MODES.map(
          ([value, label]) =>
            html`<label><input type="radio" name="mode" value="${value}" /> ${label}</label>`,
        )}
      </fieldset>
      <label
        >Zoom
        <select name="zoom">
          <option value="fit">Fit</option>
          ${ZOOMS.map((zoom) => html`<option value="${zoom}">${zoom}×</option>`)}
        </select></label
      >
      <label class="only-wipe"
        >Wipe
        <input
          type="range"
          name="wipe"
          min="0"
          max="100"
          step="0.5"
          value="50"
          aria-label="Share of A that is shown"
      /></label>
      <span class="only-blink">
        <button type="button" id="switch">Switch</button>
        <button type="button" id="pause" aria-pressed="false">Pause</button>
        <output id="shown"></output>
      </span>
    </form>
    <div class="stack" id="stack">
      ${pane('a', `A: ${names.a}`, pictures.a)} ${pane('b', `B: ${names.b}`, pictures.b)}
      ${pane('difference', 'Difference of A and B', pictures.difference)}
      <div class="handle no-print" id="handle" aria-hidden="true"></div>
    </div>
    <div class="scale">
      <span>Difference</span>
      <i style="background: ${HEAT_GRADIENT}"></i>
      ${[0, 0.25, 0.5, 0.75, 1].map(
        (heat) =>
          html`<b style="--at: ${heat}">${Number(differenceAt(heat, largestDifference).toPrecision(3))}</b>`,
      )}
    </div>
  </div>`;
}

const pane = (name: string, label: string, { url, widthPx, heightPx }: Picture): Html =>
  html`<figure class="pane-${name}">
    <div class="pane" tabindex="0" role="region" aria-label="${label}">
      <img src="${url}" width="${widthPx}" height="${heightPx}" alt="${label}" draggable="false" />
    </div>
    <figcaption>${label}</figcaption>
  </figure>`;

export const VIEWER_STYLE = `
.controls { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem 1.5rem; margin-bottom: .75rem; }
.controls fieldset { display: flex; flex-wrap: wrap; gap: .25rem 1rem; margin: 0; padding: 0; border: 0; }
.controls legend { float: left; margin-right: 1rem; color: var(--muted); }
.controls label, .only-blink { display: inline-flex; align-items: center; gap: .4rem; }
.controls input, .controls select, .controls button { font: inherit; accent-color: var(--accent); }
.controls input[type=range] { width: 12rem; }
.viewer:not(.ready) :is(.controls, .handle) { display: none; }
.viewer figure { position: relative; margin: 0 0 1rem; min-width: 0; }
.pane { overflow: auto;
  border: 1px solid var(--line); border-radius: .3rem; }
:is(.pane, .details) img { background: repeating-conic-gradient(#8884 0 25%, #0000 0 50%) 0 0 / 16px 16px; }
.pane img { display: block; max-width: 100%; height: auto; }
.ready .stack { position: relative; display: grid; }
.ready .stack figure { grid-area: 1 / 1; margin: 0; }
.ready .pane { height: var(--pane-height, auto); max-height: 78vh; cursor: grab; touch-action: pan-x pan-y; }
.ready .pane img { max-width: none; width: var(--width); height: var(--height); image-rendering: var(--rendering); margin: 0 auto; }
.ready figcaption { position: absolute; top: .5rem; left: .5rem; max-width: calc(50% - 1rem); margin: 0; padding: .1rem .5rem;
  overflow: hidden; text-overflow: ellipsis; white-space: nowrap; border-radius: .3rem; pointer-events: none;
  background: color-mix(in srgb, var(--card) 86%, transparent); color: var(--text); font-size: .85rem; }
.ready .pane-b figcaption { left: auto; right: 1.2rem; }
.handle { position: absolute; top: 0; bottom: 0; left: var(--wipe); width: 28px; margin-left: -14px; cursor: ew-resize;
  touch-action: none; background: linear-gradient(to right, transparent 12px, #000 12px 13px, #fff 13px 15px, #000 15px 16px, transparent 16px); }
.handle::after { content: '⇔'; position: absolute; top: 50%; left: 0; width: 28px; height: 28px; margin-top: -14px;
  border-radius: 50%; border: 1px solid #000; background: #fff; color: #000; text-align: center; line-height: 26px; }
[data-mode=wipe] .pane-b { clip-path: inset(0 0 0 var(--wipe)); }
[data-mode]:not([data-mode=difference]) .pane-difference, [data-mode=difference] :is(.pane-a, .pane-b) { visibility: hidden; }
[data-mode]:not([data-mode=wipe]) :is(.handle, .only-wipe), [data-mode]:not([data-mode=blink]) .only-blink { display: none; }
[data-mode=blink][data-shown=a] .pane-b, [data-mode=blink][data-shown=b] .pane-a { visibility: hidden; }
.ready[data-mode=side] .stack { grid-template-columns: 1fr 1fr; gap: .5rem; }
.ready[data-mode=side] .stack .pane-b { grid-area: 1 / 2; }
[data-mode]:not([data-mode=difference]) .scale { display: none; }
.scale { position: relative; margin: .75rem 2rem 1.6rem 6rem; height: 14px; font-size: .85rem; }
.scale i { display: block; height: 100%; border: 1px solid var(--line); border-radius: .2rem; }
.scale span { position: absolute; right: calc(100% + .75rem); top: -4px; color: var(--muted); }
.scale b { position: absolute; top: 16px; left: calc(var(--at) * 100%); transform: translateX(-50%); font-weight: 400; }
.details { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); gap: 1rem; }
.details figure { margin: 0; }
.details img { display: block; width: 100%; height: auto; image-rendering: pixelated; border: 1px solid var(--line); }
@media print { .ready .stack { display: block; } .ready .pane { height: auto; max-height: none; overflow: visible; }
  .ready .pane img { width: 100%; height: auto; } .ready .stack figure { clip-path: none !important; visibility: visible !important; margin-bottom: 1rem; }
  .ready figcaption { position: static; } .scale { display: block !important; } }
`;

/**
 * Browser script of the viewer. State is kept in the URL fragment, such as `#mode=blink&zoom=4`, so that a view can
 * be shared. Zoom is in device pixels, not CSS pixels, so that an image pixel covers whole device pixels.
 */
export const VIEWER_SCRIPT = `'use strict';
(() => {
  const byId = (id) => document.getElementById(id);
  const viewer = byId('viewer');
  const stack = byId('stack');
  const controls = byId('controls');
  const panes = [...viewer.querySelectorAll('.pane')];
  const image = panes[0].firstElementChild;
  const natural = { width: Number(image.getAttribute('width')), height: Number(image.getAttribute('height')) };
  const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
  const BLINK_MS = 800;
  const state = { mode: 'wipe', zoom: 'fit', wipe: '50' };
  let paused = calm;
  let shown = 'a';

  const fitting = (width) => {
    const screenWidth = width * devicePixelRatio;
    return screenWidth >= natural.width ? Math.min(16, Math.floor(screenWidth / natural.width)) : screenWidth / natural.width;
  };

  const layOut = () => {
    viewer.dataset.mode = state.mode;
    viewer.dataset.shown = shown;
    const pane = state.mode === 'difference' ? panes[2] : panes[0];
    const centre = { x: (pane.scrollLeft + pane.clientWidth / 2) / pane.scrollWidth, y: (pane.scrollTop + pane.clientHeight / 2) / pane.scrollHeight };
    const zoom = state.zoom === 'fit' ? fitting(pane.parentElement.clientWidth - 18) : Number(state.zoom);
    const style = viewer.style;
    style.setProperty('--width', natural.width * zoom / devicePixelRatio + 'px');
    style.setProperty('--height', natural.height * zoom / devicePixelRatio + 'px');
    style.setProperty('--rendering', zoom >= 1 ? 'pixelated' : 'auto');
    style.setProperty('--wipe', state.wipe + '%');
    for (const one of panes) {
      one.scrollLeft = centre.x * one.scrollWidth - one.clientWidth / 2;
      one.scrollTop = centre.y * one.scrollHeight - one.clientHeight / 2;
    }
    for (const [name, value] of Object.entries(state)) controls.elements[name].value = value;
    byId('pause').textContent = paused ? 'Blink' : 'Pause';
    byId('pause').setAttribute('aria-pressed', String(paused));
    byId('shown').textContent = shown.toUpperCase() + ' is shown';
  };

  const change = (part) => {
    Object.assign(state, part);
    history.replaceState(null, '', '#' + new URLSearchParams(state));
    layOut();
  };

  const readAddress = () => {
    const asked = new URLSearchParams(location.hash.slice(1));
    for (const name of Object.keys(state)) {
      const field = controls.elements[name];
      const before = field.value;
      if (!asked.has(name)) continue;
      field.value = asked.get(name);
      if (field.value === asked.get(name)) state[name] = field.value;
      else field.value = before;
    }
    layOut();
  };

  const turn = () => {
    shown = shown === 'a' ? 'b' : 'a';
    layOut();
  };

  controls.addEventListener('input', ({ target }) => change({ [target.name]: target.value }));
  controls.addEventListener('submit', (event) => event.preventDefault());
  byId('switch').addEventListener('click', () => { paused = true; turn(); });
  byId('pause').addEventListener('click', () => { paused = !paused; layOut(); });
  setInterval(() => { if (state.mode === 'blink' && !paused && !document.hidden) turn(); }, BLINK_MS);

  byId('handle').addEventListener('pointerdown', ({ pointerId, target }) => target.setPointerCapture(pointerId));
  byId('handle').addEventListener('pointermove', ({ pointerId, target, clientX }) => {
    if (!target.hasPointerCapture(pointerId)) return;
    const { left, width } = stack.getBoundingClientRect();
    change({ wipe: String(Math.round(200 * Math.min(1, Math.max(0, (clientX - left) / width))) / 2) });
  });

  for (const pane of panes) {
    pane.addEventListener('scroll', () => {
      for (const other of panes) {
        if (other.scrollLeft !== pane.scrollLeft) other.scrollLeft = pane.scrollLeft;
        if (other.scrollTop !== pane.scrollTop) other.scrollTop = pane.scrollTop;
      }
    });
    pane.addEventListener('pointerdown', ({ pointerId, button, pointerType }) => {
      if (button === 0 && pointerType === 'mouse') pane.setPointerCapture(pointerId);
    });
    pane.addEventListener('pointermove', ({ pointerId, movementX, movementY }) => {
      if (pane.hasPointerCapture(pointerId)) pane.scrollBy({ left: -movementX, top: -movementY, behavior: 'instant' });
    });
  }

  addEventListener('resize', layOut);
  addEventListener('hashchange', readAddress);
  viewer.classList.add('ready');
  readAddress();
})();
`;
