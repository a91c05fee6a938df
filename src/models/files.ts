import path from 'node:path';
import type { OpenedFile } from './opened-file.js';

/** A kind of files that hold a network each. */
export interface FileKind {
  /** For people. */
  readonly format: 'ONNX' | 'ncnn' | '.rsr';
  /** @param fold also make the network's forms for tiles */
  readonly open: (file: string, fold: boolean) => Promise<OpenedFile>;
}

/** By the end of the name; undefined where that is none of a network. */
export function fileKind(file: string): FileKind | undefined {
  switch (path.extname(file).toLowerCase()) {
    case '.onnx':
      return {
        format: 'ONNX',
        open: async (name, fold) => (await import('./onnx-file.js')).openOnnxFile(name, fold),
      };
    case '.param':
    case '.bin':
      return {
        format: 'ncnn',
        open: async (name, fold) => (await import('./ncnn-file.js')).openNcnnFile(name, fold),
      };
    case '.rsr':
      return {
        format: '.rsr',
        open: async (name, fold) => (await import('./rsr-file.js')).openRsrFile(name, fold),
      };
    default:
      return undefined;
  }
}
