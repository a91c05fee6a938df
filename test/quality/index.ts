/**
 * npm run quality -- --pictures DIR [--drawings DIR] [--out DIR] [--only NAME,…] [--sets NAME,…] [--crops] [--choices]
 * Judges every network here by pictures that none was trained on; see README.md beside this.
 */
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { machineText, thisMachine } from '../../src/report/measured-machine.js';
import { choicesTable } from './choices.js';
import { contestants, type Contestant } from './contestants.js';
import { drawCrops } from './crops.js';
import { LANCZOS3 } from './enlarge.js';
import type { Judgement, Order, Verdict } from './judge.js';
import { plotSvg } from '../helpers/plot-svg.js';
import { qualityPage } from './quality-page.js';
import { factorOf, SET_NAMES, setNamed, type SetName } from './validation-sets.js';

const run = promisify(execFile);
const { values } = parseArgs({
  options: {
    pictures: { type: 'string' },
    drawings: { type: 'string' },
    out: { type: 'string', default: 'quality' },
    only: { type: 'string' },
    sets: { type: 'string' },
    crops: { type: 'boolean', default: false },
    choices: { type: 'boolean', default: false },
  },
});
const { pictures, drawings, out } = values;
if (pictures === undefined) {
  console.error(
    'Name the pictures to judge by: npm run quality -- --pictures DIR (see test/quality/README.md).',
  );
  process.exit(2);
}

export interface Row {
  readonly name: string;
  readonly verdicts: readonly Verdict[];
  readonly peakRssBytes: number;
}

await mkdir(out, { recursive: true });
const { found, missing } = await contestants();
const only = values.only?.split(',');
const judged = found.filter(({ name }) => !only || name === LANCZOS3 || only.includes(name));
missing.forEach((sentence) => console.error(sentence));
if (values.crops) {
  await drawCrops(pictures, judged, out);
} else if (values.choices) {
  console.log(await choicesTable({ photographs: pictures, ...(drawings !== undefined && { drawings }) }));
} else {
  const names = values.sets?.split(',').map(setNamed) ?? SET_NAMES;
  const rows: Row[] = [];
  for (const one of judged) {
    const judgement = await judge(one, names);
    if (judgement) rows.push({ name: one.name, ...judgement });
  }
  const machine = machineText(await thisMachine());
  const text = `${machine}\n\n${names.map((set) => tableOf(set, rows)).join('\n')}`;
  console.log(text);
  await writeFile(join(out, 'quality.md'), text);
  await writeFile(join(out, 'quality.json'), JSON.stringify({ machine, rows }, undefined, 1));
  const page = qualityPage(machine, names, rows);
  await writeFile(join(out, 'quality.html'), page);
  await writeFile(join(out, 'quality.svg'), plotSvg(page));
}

async function judge(one: Contestant, names: readonly SetName[]): Promise<Judgement | undefined> {
  const sets = names.flatMap((set) => {
    const directory = set.startsWith('drawings') ? drawings : pictures;
    // of a few pictures these take an hour
    const tooSlow = one.name === 'realesrgan-x4plus' && set !== 'clean x4';
    const fits = (one.only === undefined || one.only === factorOf(set)) && !tooSlow;
    return directory !== undefined && fits ? [{ set, directory }] : [];
  });
  if (sets.length === 0) return undefined;
  console.error(`${one.name}…`);
  const order: Order = { model: one.model, sets };
  const file = fileURLToPath(new URL('judge.js', import.meta.url));
  const { stdout } = await run(process.execPath, [file, JSON.stringify(order)], { maxBuffer: 2 ** 26 });
  return JSON.parse(stdout) as Judgement;
}

/** In Markdown, best first; gains are over lanczos3. */
function tableOf(set: SetName, rows: readonly Row[]): string {
  const verdictOf = ({ verdicts }: Row) => verdicts.find((verdict) => verdict.set === set);
  const plain = rows.map((row) => row.name === LANCZOS3 && verdictOf(row)).find((verdict) => verdict);
  const lines = rows.flatMap((row) => {
    const verdict = verdictOf(row);
    if (!verdict || !plain) return [];
    const gains = verdict.pictures.map(({ name, psnrDb }, i) => ({
      name,
      gain: psnrDb - (plain.pictures[i]?.psnrDb ?? NaN),
    }));
    const worst = gains.reduce((a, b) => (b.gain < a.gain ? b : a));
    const psnrDb = mean(verdict.pictures.map((picture) => picture.psnrDb));
    return [
      {
        psnrDb,
        line: `| ${[
          row.name,
          psnrDb.toFixed(2),
          signed(mean(gains.map(({ gain }) => gain))),
          `${signed(worst.gain)} ${worst.name}`,
          mean(verdict.pictures.map(({ ssim }) => ssim)).toFixed(4),
          verdict.mpxPerSecond.toPrecision(3),
          `${Math.round(row.peakRssBytes / 1e6)} MB`,
        ].join(' | ')} |`,
      },
    ];
  });
  const ordered = lines.sort((a, b) => b.psnrDb - a.psnrDb).map(({ line }) => line);
  const heading = '| network | PSNR Y | gain | worst picture | SSIM | input Mpx/s | peak memory |';
  return `### ${set}\n\n${heading}\n| --- | --- | --- | --- | --- | --- | --- |\n${ordered.join('\n')}\n`;
}

function mean(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
}

function signed(gain: number): string {
  return `${gain < 0 ? '−' : '+'}${Math.abs(gain).toFixed(2)}`;
}
