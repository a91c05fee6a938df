import path from 'node:path';
import { findModelJson } from './model-json.js';
import type { OpenedFile } from './opened-file.js';

export const KERAS = 'TensorFlow.js';

/** A kind of files that hold a network each. */
export interface FileKind {
  /** For people. */
  readonly format: 'ONNX' | 'ncnn' | '.rsr' | typeof KERAS;
  /** The file itself, where its directory was named. */
  readonly file: string;
  /** @param fold also make the network's forms for tiles */
  readonly open: (file: string, fold: boolean) => Promise<OpenedFile>;
}

/** By the end of the name, or by what a directory holds; undefined where that is none of a network. */
export async function fileKind(file: string): Promise<FileKind | undefined> {
  switch (path.extname(file).toLowerCase()) {
    case '.onnx':
      return {
        format: 'ONNX',
        file,
        open: async (name, fold) => (await import('./onnx-file.js')).openOnnxFile(name, fold),
      };
    case '.param':
    case '.bin':
      return {
        format: 'ncnn',
        file,
        open: async (name, fold) => (await import('./ncnn-file.js')).openNcnnFile(name, fold),
      };
    case '.rsr':
      return {
        format: '.rsr',
        file,
        open: async (name, fold) => (await import('./rsr-file.js')).openRsrFile(name, fold),
      };
    default: {
      const header = await findModelJson(file);
      return header === undefined
        ? undefined
        : {
            format: KERAS,
            file: header,
            open: async (name, fold) => (await import('./keras-file.js')).openKerasFile(name, fold),
          };
    }
  }
}
