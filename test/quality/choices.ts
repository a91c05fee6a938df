import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp, { type Sharp } from 'sharp';
import { chooseNetwork } from '../../src/flow/plan/choose-network.js';
import { openNetworks } from '../../src/network/models/networks.js';
import { headerOf, inspect } from '../../src/pixels/codec/inspect.js';
import { openSet } from './validation-sets.js';

/** How a picture is saved before its network is chosen. */
const SAVED: Readonly<Record<string, (image: Sharp) => Sharp>> = {
  PNG: (image) => image.png(),
  'WebP, lossless': (image) => image.webp({ lossless: true, effort: 0 }),
  'WebP 75': (image) => image.webp({ quality: 75, effort: 0 }),
  'JPEG 75': (image) => image.jpeg({ quality: 75 }),
  'JPEG 90': (image) => image.jpeg({ quality: 90 }),
  'JPEG 95': (image) => image.jpeg({ quality: 95 }),
};

/**
 * Which network `--kind auto` takes for each picture, as a table in Markdown: rows are ways to save it.
 * @param directories of photographs and of drawings, by name
 */
export async function choicesTable(directories: Readonly<Record<string, string>>): Promise<string> {
  const networks = openNetworks({ engine: 'native', device: 'cpu' });
  const folder = await mkdtemp(join(tmpdir(), 'srgan-quality-'));
  const names = Object.keys(directories);
  try {
    const lines: string[] = [];
    const sets = await Promise.all(
      Object.values(directories).map((directory) => openSet('clean x2', directory)),
    );
    for (const [saved, save] of Object.entries(SAVED)) {
      const cells: string[] = [];
      for (const set of sets) {
        const counts = new Map<string, number>();
        for (const [i, { small }] of set.entries()) {
          const file = join(folder, `${i}`);
          const raw = { width: small.widthPx, height: small.heightPx, channels: 3 } as const;
          await save(sharp(small.data, { raw })).toFile(file);
          const { model } = await chooseNetwork(networks, 'auto-m', file, headerOf(await inspect(file)));
          counts.set(model, (counts.get(model) ?? 0) + 1);
        }
        cells.push([...counts].map(([model, count]) => `${count} ${model}`).join(', '));
      }
      lines.push(`| ${[saved, ...cells].join(' | ')} |`);
    }
    const heading = `| saved as | ${names.join(' | ')} |\n| --- | ${names.map(() => '---').join(' | ')} |`;
    return `### Automatic choice\n\n${heading}\n${lines.join('\n')}\n`;
  } finally {
    await rm(folder, { recursive: true });
  }
}
