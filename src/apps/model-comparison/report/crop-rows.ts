import { loadSharp } from '../../../pixels/vips.js';
import type { Crop } from '../crops.js';
import type { Cutting } from '../cut.js';
import type { ContenderFigures } from '../contender-figures.js';
import type { ModelComparison } from '../model-comparison.js';
import { html, section, type Html } from '../../../report/html.js';
import { count } from '../../../system/measures.js';

/** Places of the originals with what each network made of them, in the order of the table. */
export async function cropsSection(
  { crops, scale }: ModelComparison,
  figures: readonly ContenderFigures[],
): Promise<Html> {
  const rows: Html[] = [];
  for (const crop of crops) rows.push(await cropRow(crop, scale, figures));
  return section(
    'Details',
    html`<p class="note">
      ${count(crops.length, 'place')}, each pixel of the originals shown twice as large. Of the places where
      lanczos3 is furthest from the original these are the ones where the results differ most; chance has no
      part in it.
    </p>`,
    ...rows,
  );
}

async function cropRow(
  { path, place, original, small, made }: Crop,
  scale: number,
  figures: readonly ContenderFigures[],
): Promise<Html> {
  const { leftPx, topPx, widthPx, heightPx } = place;
  const cells = [
    await cell('original', original, place),
    await cell(`small, 1/${scale}`, small, place),
    ...(await Promise.all(
      figures.flatMap(({ name }) => {
        const cutting = made.get(name);
        return cutting ? [cell(name, cutting, place)] : [];
      }),
    )),
  ];
  return html`<div class="crop">
    <h3>${path} <small>${widthPx}×${heightPx} px from x ${leftPx}, y ${topPx}</small></h3>
    <div class="cells">${cells}</div>
  </div>`;
}

async function cell(label: string, cutting: Cutting, { widthPx, heightPx }: Crop['place']): Promise<Html> {
  return html`<figure>
    <img src="${await dataUrl(cutting)}" width="${2 * widthPx}" height="${2 * heightPx}" alt="${label}" />
    <figcaption>${label}</figcaption>
  </figure>`;
}

async function dataUrl({ samples, widthPx, heightPx, channels }: Cutting): Promise<string> {
  const sharp = await loadSharp();
  const png = await sharp(samples, { raw: { width: widthPx, height: heightPx, channels } })
    .png({ compressionLevel: 9 })
    .toBuffer();
  return `data:image/png;base64,${png.toString('base64')}`;
}

export const CROP_STYLE = `
h3 { margin: 1.25rem 0 .5rem; font-size: 1rem; overflow-wrap: anywhere; }
h3 small { font-weight: 400; }
.cells { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(192px, 44%), max-content)); gap: .75rem; }
.cells figure { margin: 0; min-width: 0; }
.cells img { display: block; max-width: 100%; height: auto; image-rendering: pixelated; border-radius: .2rem;
  background: repeating-conic-gradient(#8884 0 25%, #0000 0 50%) 0 0 / 16px 16px; }
.cells figcaption { overflow-wrap: anywhere; }
@media print { .crop { break-inside: avoid; } }
`;
