import { emitOnnx } from '../../network/graph/emit/emit-onnx.js';
import { replaceFile } from '../../system/files/replace-file.js';
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
 * Writes the averaged network as OUT.onnx, and OUT.srgan.json with its factor, ranges and origin.
 * @throws SrganError E_WRITE, E_NOSPC
 */
export async function writeNetwork(out: string, trainer: Trainer, about: Provenance): Promise<void> {
  const { shape } = trainer;
  const { scale, degrade, seed, size } = about.settings;
  await replaceFile(out, emitOnnx(graphOf(shape, trainer.collapsed())));
  const figures = about.last.scores.map(
    ({ name, psnrDb, gainDb }) => `${name} ${psnrDb.toFixed(2)} dB (${signed(gainDb)} over lanczos3)`,
  );
  const facts = {
    title: `${degrade} ${size} x${scale}`,
    licence: 'as the pictures that it was trained on allow',
    origin: [
      `srgan train --degrade ${degrade} --size ${size} --scale ${scale} --seed ${seed}`,
      ...(about.from === undefined ? [] : [`begun from ${about.from}`]),
      `${trainer.steps} steps on ${about.pictures} pictures (${about.megapixels.toFixed(1)} Mpx)`,
      `${macsPerPixel(shape)} multiply-adds per input pixel`,
      `PSNR on Y of ${about.validated} validation pictures: ${figures.join(', ')}`,
    ].join('; '),
    factor: scale,
    inputRange: [0, 1],
    outputRange: [0, 1],
  };
  await replaceFile(out.replace(/\.onnx$/i, '.srgan.json'), `${JSON.stringify(facts, undefined, 2)}\n`);
}

export const signed = (db: number): string => `${db < 0 ? '−' : '+'}${Math.abs(db).toFixed(2)} dB`;
