/**
 * Draws the images in examples/images: no photograph, no download, all from the code below.
 * Run: npm run build && node dist/examples/draw-images.js [DIRECTORY]
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';

type Vec = readonly [number, number, number];
type Paint = (x: number, y: number) => Vec;

const directory = process.argv[2] ?? 'examples/images';

const add = (a: Vec, b: Vec): Vec => [a[0] + b[0], a[1] + b[1], a[2] + b[2]];
const sub = (a: Vec, b: Vec): Vec => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
const times = (a: Vec, k: number): Vec => [a[0] * k, a[1] * k, a[2] * k];
const dot = (a: Vec, b: Vec) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const unit = (a: Vec) => times(a, 1 / Math.sqrt(dot(a, a)));
const mix = (a: Vec, b: Vec, k: number): Vec => add(times(a, 1 - k), times(b, k));
const smooth = (from: number, to: number, x: number) => {
  const k = Math.min(1, Math.max(0, (x - from) / (to - from)));
  return k * k * (3 - 2 * k);
};

/** A value in 0..1 that depends on the lattice point alone. */
function lattice(x: number, y: number): number {
  let h = Math.imul(x | 0, 374761393) ^ Math.imul(y | 0, 668265263);
  h = Math.imul(h ^ (h >>> 13), 1274126177);
  return ((h ^ (h >>> 16)) >>> 0) / 4294967296;
}

function noise(x: number, y: number): number {
  const x0 = Math.floor(x);
  const y0 = Math.floor(y);
  const u = smooth(0, 1, x - x0);
  const v = smooth(0, 1, y - y0);
  const top = lattice(x0, y0) * (1 - u) + lattice(x0 + 1, y0) * u;
  const bottom = lattice(x0, y0 + 1) * (1 - u) + lattice(x0 + 1, y0 + 1) * u;
  return top * (1 - v) + bottom * v;
}

function fractal(x: number, y: number, octaves: number): number {
  let sum = 0;
  for (let i = 0; i < octaves; i++) sum += noise(x * 2 ** i + 17 * i, y * 2 ** i - 9 * i) / 2 ** (i + 1);
  return sum;
}

/** Mountains at dusk behind a lake: soft sky, hard ridges, fine trees. */
const mountains: Paint = (x, y) => {
  const aspect = 1.5;
  const px = x * aspect;
  const waterline = 0.72;
  const mirrored = y > waterline;
  const ripple = mirrored ? (noise(px * 14, y * 160) - 0.5) * 0.016 : 0;
  const v = mirrored ? 2 * waterline - y + ripple : y;
  const u = px + ripple * 2;

  let colour = mix([36, 52, 110], [255, 176, 110], smooth(0.05, 0.68, v));
  const cloud = smooth(0.5, 0.75, fractal(u * 2.2, v * 9, 5));
  colour = mix(colour, [255, 214, 190], cloud * 0.55);
  const sun = Math.hypot(u - 1.02, v - 0.5);
  colour = mix(colour, [255, 244, 214], smooth(0.05, 0.046, sun));
  colour = mix(colour, [255, 220, 160], 0.5 * Math.exp(-sun * 9));

  const ridges: [number, number, number, Vec][] = [
    [0.5, 0.36, 2.1, [112, 92, 130]],
    [0.6, 0.3, 3.3, [70, 62, 100]],
    [0.68, 0.22, 5.2, [34, 38, 62]],
  ];
  for (const [base, height, scale, tint] of ridges) {
    const ridge = base - height * (fractal(u * scale + base * 31, base * 7, 6) - 0.35);
    if (v < ridge) continue;
    const snow = smooth(0.47, 0.4, v + 0.06 * fractal(u * 26, v * 26, 4)) * (base < 0.55 ? 1 : 0.25);
    colour = mix(mix(tint, [236, 228, 240], snow), times(tint, 0.7), smooth(0, 0.2, v - ridge));
    colour = add(colour, times([24, 20, 22], fractal(u * 44, v * 60, 4) - 0.5));
  }
  const tree = (u * 46) % 1;
  const crown = 0.035 + 0.05 * lattice(Math.floor(u * 46), 5);
  const jag = 0.35 + 0.25 * Math.abs(((((v * 220) % 2) + 2) % 2) - 1);
  const reach = (v - (waterline - crown)) / crown;
  if (reach > 0 && Math.abs(tree - 0.5) < reach * jag) colour = [14, 22, 26];
  return mirrored ? mix(times(colour, 0.72), [30, 46, 74], 0.25) : colour;
};

/** A still life by ray tracing: a checkered table, glossy balls, hard shadows. */
const balls: Paint = (x, y) => {
  const spheres: [Vec, number, Vec, number][] = [
    [[0, 0.75, 0.2], 0.75, [214, 58, 48], 0.25],
    [[-1.45, 0.5, -0.5], 0.5, [52, 120, 200], 0.45],
    [[1.3, 0.42, -0.75], 0.42, [240, 190, 60], 0.15],
    [[0.45, 0.25, -1.25], 0.25, [70, 170, 110], 0.35],
    [[-0.5, 0.18, -1.4], 0.18, [235, 235, 240], 0.7],
  ];
  const light = unit([-0.6, 1.2, -0.8]);
  return trace([0, 1.7, -5.6], unit([(x - 0.5) * 1.5, -(y - 0.36), 1.75]), 0);

  function hit(from: Vec, ray: Vec): { at: number; index: number } {
    let at = ray[1] < 0 ? -from[1] / ray[1] : Infinity;
    let index = -1;
    spheres.forEach(([centre, radius], i) => {
      const to = sub(centre, from);
      const along = dot(to, ray);
      const under = radius * radius - dot(to, to) + along * along;
      if (under < 0) return;
      const near = along - Math.sqrt(under);
      if (near > 1e-4 && near < at) {
        at = near;
        index = i;
      }
    });
    return { at, index };
  }

  function trace(from: Vec, ray: Vec, depth: number): Vec {
    const { at, index } = hit(from, ray);
    if (at > 60) return mix([250, 240, 226], [92, 120, 168], smooth(-0.1, 0.7, ray[1]));
    const point = add(from, times(ray, at));
    const sphere = spheres[index];
    const normal = sphere ? unit(sub(point, sphere[0])) : ([0, 1, 0] as Vec);
    const grain = fractal(point[0] * 3, point[2] * 24, 5);
    const dark = (Math.floor(point[0] * 1.6) + Math.floor(point[2] * 1.6)) & 1;
    const board: Vec = mix(dark ? [96, 62, 40] : [222, 196, 156], [60, 36, 24], grain * 0.45);
    const body = sphere ? sphere[2] : board;
    const lit = hit(add(point, times(normal, 1e-3)), light).index < 0;
    const diffuse = 0.28 + (lit ? 0.78 * Math.max(0, dot(normal, light)) : 0);
    let colour = times(body, diffuse);
    const mirror = sphere ? sphere[3] : 0.08;
    if (depth < 3) {
      const bounced = sub(ray, times(normal, 2 * dot(ray, normal)));
      colour = mix(colour, trace(add(point, times(normal, 1e-3)), bounced, depth + 1), mirror);
      if (lit && sphere) colour = add(colour, times([255, 255, 255], Math.max(0, dot(bounced, light)) ** 60));
    }
    return mix(colour, [250, 240, 226], smooth(8, 40, at));
  }
};

/** Guilloche lines as on a banknote: a hard test for seams and moiré. */
const engraving: Paint = (x, y) => {
  const u = x - 0.5;
  const v = (y - 0.5) * 0.8;
  const radius = Math.hypot(u, v);
  const turn = Math.atan2(v, u);
  const rosette = radius + 0.035 * Math.sin(turn * 12) * smooth(0.02, 0.3, radius);
  const rings = Math.sin(rosette * 190 + 1.4 * Math.sin(turn * 24));
  const waves = Math.sin((y + 0.03 * Math.sin(x * 22)) * 240);
  const ink = radius < 0.34 ? rings : waves;
  const paper = 236 + 14 * (fractal(x * 60, y * 60, 3) - 0.5);
  const value = paper - 190 * smooth(0.05, 0.5, ink + 0.6 * (radius < 0.34 ? 0 : smooth(0.5, 0.3, radius)));
  return [value, value, value];
};

function render(paint: Paint, widthPx: number, heightPx: number, samples: number): Buffer {
  const pixels = Buffer.alloc(widthPx * heightPx * 3);
  for (let y = 0; y < heightPx; y++) {
    for (let x = 0; x < widthPx; x++) {
      let sum: Vec = [0, 0, 0];
      for (let i = 0; i < samples * samples; i++) {
        const dx = ((i % samples) + 0.5) / samples;
        const dy = (Math.floor(i / samples) + 0.5) / samples;
        const [r, g, b] = paint((x + dx) / widthPx, (y + dy) / heightPx);
        sum = add(sum, [Math.min(255, r), Math.min(255, g), Math.min(255, b)]);
      }
      const mean = times(sum, 1 / samples ** 2);
      mean.forEach((value, channel) => {
        pixels[(y * widthPx + x) * 3 + channel] = Math.max(0, Math.round(value));
      });
    }
  }
  return pixels;
}

const badge = (size: number) => `
<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}" viewBox="-50 -50 100 100">
  <defs><radialGradient id="g"><stop offset="0" stop-color="#ffe9a8"/><stop offset="1" stop-color="#e08a1e"/></radialGradient></defs>
  ${Array.from({ length: 16 }, (_, i) => `<path transform="rotate(${i * 22.5})" d="M-6 -34 L0 -48 L6 -34 Z" fill="#e08a1e"/>`).join('')}
  <circle r="36" fill="url(#g)" stroke="#7a3c0a" stroke-width="3"/>
  <path d="M-16 4 L-5 16 L18 -14" fill="none" stroke="#5a2a06" stroke-width="7" stroke-linecap="round" stroke-linejoin="round"/>
</svg>`;

await mkdir(directory, { recursive: true });
const raw = (pixels: Buffer, width: number, height: number) =>
  sharp(pixels, { raw: { width, height, channels: 3 } });

await raw(render(mountains, 300, 200, 4), 300, 200)
  .withExif({ IFD0: { ImageDescription: 'Mountains at dusk, drawn by examples/draw-images.ts' } })
  .jpeg({ quality: 92, chromaSubsampling: '4:4:4' })
  .toFile(join(directory, 'mountains.jpg'));
await raw(render(balls, 288, 192, 4), 288, 192)
  .png()
  .toFile(join(directory, 'balls.png'));
await raw(render(engraving, 240, 192, 4), 240, 192)
  .toColourspace('b-w')
  .png()
  .toFile(join(directory, 'engraving.png'));
await sharp(Buffer.from(badge(96)))
  .png()
  .toFile(join(directory, 'badge.png'));
