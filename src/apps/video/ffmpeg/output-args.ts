import { SrganError } from '../../../system/errors.js';

/** The user's own arguments for ffmpeg, by the step that they are for. */
export interface OutputArgs {
  /** Of the encoder of the picture. */
  readonly encode: readonly string[];
  /** Of the sound, the subtitles and the container. */
  readonly mux: readonly string[];
  /** Of the picture that is encoded. */
  readonly pixelFormat: string | undefined;
}

/** Options that stand alone. */
const ALONE = new Set(['-an', '-sn', '-dn', '-shortest', '-bitexact']);

/** Options about anything but the picture. */
const OF_MUX =
  /^-(?:an|sn|dn|shortest|c:[as]|codec:[as]|[as]codec|b:a|ab|ac|ar|q:a|aq|af|filter:a|profile:a|movflags|brand|metadata|disposition|map_metadata|map_chapters|muxdelay|muxpreload|max_interleave_delta|bsf:[as]|tag:[as]|fflags|cues_to_front|reserve_index_space)(?::|$)/;

/** Options that srgan itself sets, since frames, timestamps and colours hang on them. */
const OURS =
  /^-(?:vf|filter(?::v.*)?|filter_complex|lavfi|r|s|t|to|ss|i|f|map|vn|copyts|vsync|fps_mode|enc_time_base|itsoffset|y|n|frames.*|vframes|aspect|pass|c|codec)$/;

/**
 * Sorts the words after `--`.
 * @throws SrganError E_USAGE for what would break the film, and for a word that is no option
 */
export function readOutputArgs(words: readonly string[]): OutputArgs {
  const encode: string[] = [];
  const mux: string[] = [];
  let pixelFormat: string | undefined;
  for (let at = 0; at < words.length; at += 1) {
    const option = words[at] ?? '';
    if (!option.startsWith('-')) {
      throw new SrganError('E_USAGE', `${option}: is no option of ffmpeg.`, {
        hint: 'After -- come options of ffmpeg for the result, such as: -- -c:v libx265 -crf 20',
      });
    }
    if (OURS.test(option)) {
      throw new SrganError('E_USAGE', `${option}: srgan sets this itself.`, {
        hint: 'Size, frames, timestamps and names are for the flags of srgan; -c:v, -crf, -pix_fmt, -c:a and such for ffmpeg.',
      });
    }
    const value = ALONE.has(option) ? [] : [words[(at += 1)] ?? missing(option)];
    if (option === '-pix_fmt') [pixelFormat] = value;
    else if (OF_MUX.test(option)) mux.push(option, ...value);
    else if (value.length === 1) encode.push(option, ...value);
    else mux.push(option);
  }
  return { encode, mux, pixelFormat };
}

function missing(option: string): never {
  throw new SrganError('E_USAGE', `${option}: a value is missing after it.`);
}

/** How large or how good the picture is to be; encoders take the first of these that they know, not the last. */
const RATE = /^-(?:crf|qp|b|q|qscale|global_quality|cq|lossless)(?::v(?::0)?)?$/;

/**
 * Arguments of the encoder: those of the container, but for what the user says otherwise. Another encoder has
 * another scale, so of ours nothing is left for it.
 * @param own pairs of an option and its value
 */
export function encoderArgs(own: readonly string[], { encode }: Pick<OutputArgs, 'encode'>): string[] {
  const options = encode.filter((_, at) => at % 2 === 0);
  if (options.some((option) => /^-(?:c|codec):v|^-vcodec$/.test(option))) return [...encode];
  const stated = options.some((option) => RATE.test(option));
  const kept = own.filter((_, at) => !(stated && RATE.test(own[at - (at % 2)] ?? '')));
  return [...kept, ...encode];
}
