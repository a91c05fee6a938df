import { html, page, section, table, trusted, type Html, savePage } from '../../report/html.js';
import { linePlot } from '../../report/plot/line-plot.js';
import { loadSharp } from '../../pixels/vips.js';
import type { Judgement } from './checkpoint.js';
import { crop, resample, type Rgb } from './resample.js';
import { enlarged, type JudgedSet } from './validate.js';
import type { Trainer } from './trainer.js';
import { signed } from './write-network.js';

/** Details of the first pictures, as the network made them at some points of the training. */
export interface Snapshot {
  readonly label: string;
  /** PNG as a data URI, for each detail. */
  readonly images: readonly string[];
}

const DETAILS = 4;
const DETAIL_PX = 96;
const ZOOM = 3;
const MAX_SNAPSHOTS = 6;

export interface TrainPage {
  add(judgement: Judgement, sets: readonly JudgedSet[], trainer: Trainer): Promise<void>;
  save(path: string): Promise<void>;
}

/** The curve, and details over time: the first point, the latest, and some in between. */
export function openTrainPage(title: string): TrainPage {
  const curve: Judgement[] = [];
  let snapshots: Snapshot[] = [];
  let before: Snapshot[] | undefined;

  return {
    async add(judgement, sets, trainer) {
      curve.push(judgement);
      const pictures = (sets[0]?.pictures ?? []).slice(0, DETAILS);
      before ??= await Promise.all([
        snapshot('original', pictures, ({ original }) => original),
        snapshot('lanczos3', pictures, ({ small, original }) =>
          resample(small, original.widthPx, original.heightPx, 'lanczos3'),
        ),
      ]);
      const label = `step ${judgement.step}`;
      snapshots = thinned([
        ...snapshots,
        await snapshot(label, pictures, ({ small }) => enlarged(small, trainer)),
      ]);
    },
    async save(path) {
      await savePage(path, render(title, curve, [...(before ?? []), ...snapshots]));
    },
  };
}

/** Of two that lie closest together, the earlier one goes; the first and the last stay. */
function thinned(all: readonly Snapshot[]): Snapshot[] {
  if (all.length <= MAX_SNAPSHOTS) return [...all];
  const middle = Math.floor(all.length / 2);
  return all.filter((_, i) => i !== middle);
}

type Pictures = JudgedSet['pictures'];

async function snapshot(
  label: string,
  pictures: Pictures,
  make: (picture: Pictures[number]) => Rgb,
): Promise<Snapshot> {
  const images: string[] = [];
  for (const picture of pictures) {
    const whole = make(picture);
    const { widthPx, heightPx } = whole;
    const side = Math.min(DETAIL_PX, widthPx, heightPx);
    const detail = crop(whole, (widthPx - side) >> 1, (heightPx - side) >> 1, side, side);
    images.push(await dataUri(detail));
  }
  return { label, images };
}

async function dataUri({ data, widthPx, heightPx }: Rgb): Promise<string> {
  const sharp = await loadSharp();
  const raw = { width: widthPx, height: heightPx, channels: 3 as const };
  const png = await sharp(data, { raw })
    .resize(widthPx * ZOOM, heightPx * ZOOM, { kernel: 'nearest' })
    .png()
    .toBuffer();
  return `data:image/png;base64,${png.toString('base64')}`;
}

function render(title: string, curve: readonly Judgement[], snapshots: readonly Snapshot[]): string {
  const names = curve[0]?.scores.map(({ name }) => name) ?? [];
  const gain = linePlot({
    title: 'Gain over lanczos3',
    description: 'PSNR on Y of the validation pictures, mean, in dB over lanczos3, by steps.',
    x: { label: 'steps' },
    y: { label: 'dB' },
    series: names.map((name, i) => ({
      name,
      points: curve.map(({ step, scores }) => ({ x: step, y: scores[i]?.gainDb ?? 0 })),
    })),
  });
  const rows = curve.map(({ step, ms, loss, scores }) => [
    step,
    (ms / 60_000).toFixed(1),
    loss.toFixed(3),
    ...scores.map(
      ({ psnrDb, gainDb, leastDb }) => `${psnrDb.toFixed(2)} (${signed(gainDb)}, least ${signed(leastDb)})`,
    ),
  ]);
  return page({
    title,
    body: [
      section('Curve', gain),
      section('Details over time', details(snapshots)),
      section(
        'Figures',
        table({
          columns: [
            { title: 'Step', number: true },
            { title: 'Minutes', number: true },
            { title: 'Loss', unit: 'levels of 255', number: true },
            ...names.map((name) => ({ title: `PSNR Y, ${name}`, unit: 'dB' })),
          ],
          rows,
        }),
      ),
    ],
    footer: 'Made by srgan train.',
    style:
      '.details { display: flex; flex-wrap: wrap; gap: 0.5rem } .details figure { margin: 0 } .details img { width: 100%; max-width: 18rem; image-rendering: pixelated; display: block }',
  });
}

function details(snapshots: readonly Snapshot[]): Html {
  const rows = (snapshots[0]?.images ?? []).map((_, i) => {
    const figures = snapshots.map(
      ({ label, images }) =>
        html`<figure>
          ${trusted(`<img src="${images[i] ?? ''}" alt="">`)}
          <figcaption>${label}</figcaption>
        </figure>`,
    );
    return html`<div class="details">${figures}</div>`;
  });
  return html`${rows}`;
}
