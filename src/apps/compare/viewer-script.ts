/**
 * Makes the viewer live. The state stands in the address, such as `#mode=blink&zoom=4`, so that a view can be
 * passed on. Zoom counts pixels of the screen, not of CSS, so that a pixel is a square of whole pixels.
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
