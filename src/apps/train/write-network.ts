import { emitOnnx } from '../../network/graph/emit-onnx.js';
import { replaceFile } from '../../system/files/temp-files.js';
import type { Judgement } from './checkpoint.js';
import { graphOf } from './network-graph.js';
import { macsPerPixel } from './shape.js';
import type { TrainSettings } from './train-settings.js';
import type { Trainer } from './trainer.js';

/** Where the network came from, for the file beside it. */
export interface Provenance {
  readonly settings: TrainSettings;
  readonly pictures: number;
  readonly megapixels: number;
  readonly validated: number;
  readonly from: string | undefined;
  readonly last: Judgement;
}

/**
 * Writes the averaged network as OUT.onnx, and OUT.srgan.json with its factor, ranges, how it was trained
 * and what it reaches.
 * @throws SrganError E_WRITE, E_NOSPC
 */
export async function writeNetwork(out: string, trainer: Trainer, about: Provenance): Promise<void> {
  const { shape } = trainer;
  const { scale, degrade, seed, size, rate, batch, sidePx } = about.settings;
  await replaceFile(out, emitOnnx(graphOf(shape, trainer.weights())));
  const facts = {
    title: `${degrade} ${size} x${scale}`,
    licence: 'as the pictures that it was trained on allow',
    origin: `srgan train --degrade ${degrade} --size ${size} --scale ${scale}`,
    training: {
      seed,
      from: about.from ?? null,
      steps: trainer.steps,
      patchesPerStep: batch,
      patchSidePx: sidePx,
      highestRate: rate,
      minutes: round(about.last.ms / 60_000, 1),
      pictures: about.pictures,
      megapixels: round(about.megapixels, 1),
      multiplyAddsPerInputPixel: macsPerPixel(shape),
    },
    figures: {
      what: `PSNR on Y in dB, mean of ${about.validated} validation pictures`,
      ...Object.fromEntries(
        about.last.scores.map(({ name, psnrDb, gainDb, leastDb }) => [
          name,
          { psnr: round(psnrDb, 2), overLanczos3: round(gainDb, 2), least: round(leastDb, 2) },
        ]),
      ),
    },
    factor: scale,
    inputRange: [0, 1],
    outputRange: [0, 1],
  };
  await replaceFile(out.replace(/\.onnx$/i, '.srgan.json'), `${JSON.stringify(facts, undefined, 2)}\n`);
}

const round = (value: number, digits: number): number => Number(value.toFixed(digits));

export const signed = (db: number): string => `${db < 0 ? '−' : '+'}${Math.abs(db).toFixed(2)} dB`;
