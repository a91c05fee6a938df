import { readFile, writeFile } from 'node:fs/promises';
import process from 'node:process';
import { html, trusted, type Html } from '../../../src/report/html.js';
import type { ArmName } from './arms.js';
import type { NetworkFigures, NetworksDocument } from './networks.js';

/**
 * Draws what `npm run bench -- networks --json FILE` measured: how many times as fast our kernels are.
 * Arguments: FILE.json FILE.svg [THREADS]
 */

const ROW = 20;
const LEFT = 300;
const WIDTH = 800;
const TOP = 64;

const OTHERS: readonly { readonly arm: ArmName; readonly name: string; readonly shape: string }[] = [
  { arm: 'ncnn', name: 'ncnn', shape: 'M-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0-9 0Z' },
  { arm: 'alone', name: 'onnxruntime alone', shape: 'M-4-4H4V4H-4Z' },
  { arm: 'onnx', name: '--engine onnx', shape: 'M0-5.5L5.5 0L0 5.5L-5.5 0Z' },
];

// colours that can be told apart without seeing red or green, on light and on dark
const STYLE = `
  text { font: 12px system-ui, sans-serif; fill: #333 }
  .grid { stroke: #ddd } .one { stroke: #333; stroke-width: 1.5 }
  .ncnn { fill: #0072b2; stroke: #0072b2 } .alone { fill: #d55e00; stroke: #d55e00 } .onnx { fill: #009e73; stroke: #009e73 }
  @media (prefers-color-scheme: dark) {
    text { fill: #ddd } .grid { stroke: #444 } .one { stroke: #ddd }
    .ncnn { fill: #56b4e9; stroke: #56b4e9 } .alone { fill: #e69f00; stroke: #e69f00 } .onnx { fill: #2bc59b; stroke: #2bc59b }
  }`;

const [source, target, threads = '1'] = process.argv.slice(2);
const { machine, rounds, figures } = JSON.parse(await readFile(source!, 'utf8')) as NetworksDocument;
await writeFile(target!, `${plot(figures.filter((each) => each.threads === Number(threads))).markup}\n`);

function plot(rows: readonly NetworkFigures[]): Html {
  const most = Math.ceil(
    Math.max(...rows.flatMap(({ nativeTimes }) => Object.values(nativeTimes).map(({ max }) => max))),
  );
  const x = (times: number) => Math.round((LEFT + (times / most) * (WIDTH - LEFT - 20)) * 10) / 10;
  const bottom = TOP + rows.length * ROW;
  const title = `How many times as fast the native kernels are, ${threads === '1' ? 'one thread' : `${threads} threads`}`;
  return html`<svg
    xmlns="http://www.w3.org/2000/svg"
    viewBox="0 0 ${WIDTH} ${bottom + 44}"
    role="img"
    aria-label="${title}"
  >
    <style>
      ${trusted(STYLE)}
    </style>
    <text x="8" y="18" style="font-weight: 600">${title}</text>
    ${OTHERS.map(
      ({ arm, name, shape }, i) =>
        html`<path class="${arm}" transform="translate(${LEFT + i * 160} 38)" d="${shape}" /><text
            x="${LEFT + 10 + i * 160}"
            y="42"
            >${name}</text
          > `,
    )}${Array.from(
      { length: most + 1 },
      (_, times) =>
        html`<line
            class="${times === 1 ? 'one' : 'grid'}"
            x1="${x(times)}"
            x2="${x(times)}"
            y1="${TOP - 6}"
            y2="${bottom}"
          /><text x="${x(times)}" y="${bottom + 16}" text-anchor="middle">${times}×</text> `,
    )}${rows.map((row, i) => drawRow(row, TOP + i * ROW + ROW / 2 - 3, x))}
    <text x="8" y="${bottom + 36}">
      ${machine.replace(/, load.*/, '')}; median and range of ${rounds} rounds
    </text>
  </svg>`;
}

function drawRow({ network, nativeTimes }: NetworkFigures, y: number, x: (times: number) => number): Html {
  const name = network.replace(/^models-/, '').replace(/_model$/, '');
  return html`<text x="${LEFT - 12}" y="${y + 4}" text-anchor="end">${name}</text> ${OTHERS.map(
      ({ arm, shape }) => {
        const times = nativeTimes[arm];
        if (!times) return trusted('');
        const { min, median, max } = times;
        return html`<g class="${arm}"
          ><title>${`${median.toFixed(2)} (${min.toFixed(2)} to ${max.toFixed(2)}) times ${arm}`}</title
          ><line x1="${x(min)}" x2="${x(max)}" y1="${y}" y2="${y}" /><path
            transform="translate(${x(median)} ${y})"
            d="${shape}"
        /></g> `;
      },
    )}`;
}
