import path from 'node:path';
import { findModelJson, type OpenedFile } from './read-file.js';

export const TENSORFLOW_JS = 'TensorFlow.js';

/** A kind of network file. */
export interface FileKind {
  /** Displayed name. */
  readonly format: 'ONNX' | 'ncnn' | '.rsr' | typeof TENSORFLOW_JS;
  /** The file, also if its directory was named. */
  readonly file: string;
  /** @param fold also make forms for tiles */
  readonly open: (file: string, fold: boolean) => Promise<OpenedFile>;
}

/**
 * Returns the kind of a network file by its extension, or by the contents of a directory; undefined if it is
 * not a network.
 */
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
            format: TENSORFLOW_JS,
            file: header,
            open: async (name, fold) => (await import('./keras-file.js')).openKerasFile(name, fold),
          };
    }
  }
}
