import path from 'node:path';
import type { OpenedFile } from './open-graph.js';

type OpenFile = (file: string) => Promise<OpenedFile>;

/** For people, after "the path of". */
export const FILE_KINDS = 'an .onnx, .param, .bin or .rsr file';

/** What opens a user's own network, by the end of its name; undefined where that is none of a network. */
export function fileOpener(file: string): OpenFile | undefined {
  switch (path.extname(file).toLowerCase()) {
    case '.onnx':
      return async (name) => (await import('./onnx-file.js')).openOnnxFile(name);
    case '.param':
    case '.bin':
      return async (name) => (await import('./ncnn-file.js')).openNcnnFile(name);
    case '.rsr':
      return async (name) => (await import('./rsr-file.js')).openRsrFile(name);
    default:
      return undefined;
  }
}
