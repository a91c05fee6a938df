import { mkdir, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';

/**
 * A directory of `count` PNG files with natural statistics: edges, gradients, texture and grain.
 * The caller removes it.
 */
export async function imageDirectory(count: number, width: number, height: number): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), 'srgan-bench-'));
  const directory = join(parent, 'in');
  await mkdir(directory);
  for (let i = 0; i < count; i++) {
    await scene(i + 1, width, height)
      .png({ compressionLevel: 3 })
      .toFile(join(directory, `${i}.png`));
  }
  return directory;
}

function scene(seed: number, width: number, height: number) {
  let state = seed * 2654435761;
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 4294967296;
  };
  const waves = Array.from({ length: 6 }, () => ({
    x: (random() - 0.5) * 0.8,
    y: (random() - 0.5) * 0.8,
    phase: random() * 6.28,
    tint: [random(), random(), random()],
  }));
  const discs = Array.from({ length: 24 }, () => ({
    x: random() * width,
    y: random() * height,
    r2: (random() * 0.12 * Math.min(width, height)) ** 2,
    tint: [random() * 255, random() * 255, random() * 255],
  }));
  const pixels = Buffer.alloc(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const disc = discs.find((d) => (x - d.x) ** 2 + (y - d.y) ** 2 < d.r2);
      const at = (y * width + x) * 3;
      for (let c = 0; c < 3; c++) {
        let value = disc
          ? disc.tint[c]!
          : (200 * (y * (c + 1) + x * (3 - c))) / (3 * height + 3 * width) + 30;
        for (const wave of waves) value += 7 * wave.tint[c]! * Math.sin(wave.x * x + wave.y * y + wave.phase);
        pixels[at + c] = Math.min(255, Math.max(0, value + (random() - 0.5) * 8));
      }
    }
  }
  return sharp(pixels, { raw: { width, height, channels: 3 } });
}
