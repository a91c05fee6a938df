import type { TempFile } from '../system/files/temp-files.js';
import type { SrganError } from '../system/errors.js';

/** Formats that can be written. */
export const OUTPUT_FORMATS = ['png', 'jpeg', 'webp', 'avif', 'tiff', 'gif'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** What one record of an NDJSON list may say for its own image; it wins over the run's options. */
export interface SourceOverrides {
  /** Output path or address of this image, used as it stands. */
  dst?: string;
  scale?: number;
  width?: number;
  height?: number;
  model?: string;
  format?: OutputFormat;
  quality?: number;
}

/** One input as `find` saw it; nothing of the file itself has been read yet. */
export interface Source {
  /** 0-based order in which it was found. */
  readonly index: number;
  /** Path that the file system takes, absolute or relative to the working directory, or an address. */
  readonly path: string;
  /** Path below the base that is mirrored under the output directory; never begins with `..` or a root. */
  readonly relativePath: string;
  readonly overrides: SourceOverrides;
  /** Keys of the NDJSON record that mean nothing here; passed through to the outcome. */
  readonly extra: Readonly<Record<string, unknown>>;
  /** Set where the entry itself is wrong, such as a line that is not JSON; `plan` fails it. */
  readonly invalid?: SrganError;
  /** Set where an earlier process of a watched run died while it worked on this source. */
  readonly crashed?: Crashed;
  /** Set where it failed before, for a reason that may have passed. */
  readonly again?: Again;
}

/** A source before it has its place in the order of a run. */
export type FoundSource = Omit<Source, 'index' | 'crashed' | 'again'>;

export interface Again {
  /** Which try it is, from 2 on. */
  readonly tries: number;
  /** The output that it holds against other sources, and where it has put its result. */
  readonly claimed: string | undefined;
  readonly dst: string | undefined;
}

export interface Crashed {
  readonly times: number;
  /** How it died the last time, such as SIGSEGV. */
  readonly cause: string;
  /** Where it was about to put the result, which may lie there now. */
  readonly dst: string | undefined;
}

/** Facts from the header of an image; no pixel has been decoded. Sizes are after EXIF orientation. */
export interface ImageHeader {
  /** sharp's name of the container: png, jpeg, webp, gif, tiff, heif, svg... */
  readonly format: string;
  readonly widthPx: number;
  /** Height of one page or frame. */
  readonly heightPx: number;
  /** Frames of an animation or pages of a TIFF; 1 otherwise. */
  readonly pages: number;
  /** Channels as stored, alpha included. */
  readonly channels: number;
  readonly hasAlpha: boolean;
  /** 16 where a channel holds more than 8 bits. */
  readonly bitsPerSample: 8 | 16;
  readonly gray: boolean;
  readonly fileBytes: number;
}

/** What is to be done with one source: decided from its header and the options alone. */
export interface Job {
  readonly source: Source;
  /** `copy`: the file is already large enough and its bytes are copied. */
  readonly action: 'upscale' | 'copy';
  readonly outputPath: string;
  /** Path of the source's bytes: its own, or that of a copy where it is remote. */
  readonly file: string;
  /** Path beside which temp files of the image go: that of the output, or one in the scratch directory. */
  readonly tempBeside: string;
  readonly format: OutputFormat;
  readonly quality: number | undefined;
  readonly header: ImageHeader;
  /** Name of the network, as the models registry takes it. */
  readonly model: string;
  /** Why it is this network, where srgan chose it, such as `JPEG quality 75`. */
  readonly modelBecause?: string;
  /** The network's factors to run one after the other, such as [2] or [8, 2]; empty means resize alone. */
  readonly passes: readonly number[];
  /** Size of each page of the result. */
  readonly targetWidthPx: number;
  readonly targetHeightPx: number;
  /** Memory that this image holds between decode and write. */
  readonly predictedBytes: number;
  /** It is larger than the memory for it: its pixels go by way of the disk. */
  readonly spill: boolean;
}

/** Pixels over shared memory: rows top to bottom, samples interleaved, pages stacked below one another. */
export interface Pixels {
  /** 0..255 or 0..65535; exactly widthPx × pageHeightPx × pages × channels samples over a SharedArrayBuffer. */
  readonly data: Uint8Array<SharedArrayBuffer> | Uint16Array<SharedArrayBuffer>;
  readonly widthPx: number;
  readonly pageHeightPx: number;
  readonly pages: number;
  /** 1 gray, 2 gray + alpha, 3 RGB, 4 RGB + alpha; alpha is straight, not premultiplied. */
  readonly channels: 1 | 2 | 3 | 4;
  /** Of a band of rows out of a single page: the row that `data` begins with. The sizes are the whole page's. */
  readonly topPx?: number;
}

/** The same samples in a file. */
export interface SpilledPixels extends Pick<Pixels, 'widthPx' | 'pageHeightPx' | 'pages' | 'channels'> {
  readonly bits: 8 | 16;
  /** A BigTIFF file of our own, with all samples as they lie in Pixels, uncompressed. */
  readonly file: TempFile;
}

/** What a file says of its colours in words of its own format. */
export interface StatedColour {
  /** Code points of ITU-T H.273 that no profile says: HDR and BT.2020. */
  readonly cicp?: { readonly primaries: number; readonly transfer: number };
  /** gAMA and cHRM of a PNG file, whole. */
  readonly chunks?: readonly Buffer[];
}

/** A text beside the pixels, as its format has it. */
export interface TextEntry {
  /** For people. */
  readonly title: string;
  /** Of a PNG file, whole. */
  readonly chunk?: Buffer;
  /** Of a JPEG file. */
  readonly comment?: Buffer;
}

/** What travels beside the pixels, from the source to the result. */
export interface Carried {
  readonly icc?: Buffer;
  readonly colour?: StatedColour;
  readonly exif?: Buffer;
  readonly xmp?: Buffer;
  readonly iptc?: Buffer;
  readonly texts?: readonly TextEntry[];
  /** What of the source no result has, one sentence each. */
  readonly leftOut?: readonly string[];
  /** Pixels per inch of the source. */
  readonly density?: number;
  /** Repetitions of an animation; 0 is for ever. */
  readonly loop?: number;
  /** Duration of each frame in ms. */
  readonly delay?: number[];
  /** The source is a WebP without loss, and so is a result of that format where no quality is asked for. */
  readonly lossless?: boolean;
  /** The source was stored with a palette. */
  readonly palette?: boolean;
  /** Bits a sample was stored with, where they are more than 8 and fewer than 16. */
  readonly storedBits?: number;
}

export interface DecodedImage {
  readonly job: Job;
  readonly pixels: Pixels;
  readonly carried: Carried;
}

/** A job whose action is `copy`: no pixels are needed. */
export interface ToCopy {
  readonly job: Job;
}

export interface SpilledImage {
  readonly job: Job;
  readonly spilled: SpilledPixels;
  readonly carried: Carried;
}

export type Decoded = DecodedImage | SpilledImage | ToCopy;

/** Same shape as Decoded; its pixels are at the network's factor, before any resize to the exact target. */
export type Upscaled = Decoded;

export interface EncodedBytes {
  readonly job: Job;
  readonly bytes: Uint8Array;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** The same where the file of the result lies whole beside its final name. */
export interface EncodedFile extends Omit<EncodedBytes, 'bytes'> {
  readonly file: TempFile;
}

export type Encoded = EncodedBytes | EncodedFile;

export interface Written {
  readonly job: Job;
  readonly path: string;
  readonly bytes: number;
  /** In hex, where a journal is kept. */
  readonly sha256?: string;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** `planned`: all that a dry run does. */
export type Status = 'done' | 'copied' | 'skipped' | 'planned' | 'failed' | 'cancelled';

export const STAGES = ['plan', 'decode', 'upscale', 'encode', 'write'] as const;
export type StageName = (typeof STAGES)[number];

/** The one record that every source ends in. */
export interface Outcome {
  readonly index: number;
  readonly src: string;
  readonly dst?: string;
  readonly status: Status;
  /** How often it was tried, where that is more than once. */
  readonly tries?: number;
  /** Of a failure: stable code, plain sentence, what to do. */
  readonly code?: string;
  readonly message?: string;
  readonly hint?: string;
  /** Why it was skipped. */
  readonly reason?: string;
  readonly warnings: readonly string[];
  readonly inputWidthPx?: number;
  readonly inputHeightPx?: number;
  readonly pages?: number;
  readonly outputWidthPx?: number;
  readonly outputHeightPx?: number;
  readonly outputBytes?: number;
  /** Of a dry run: what would be written, and the memory it would hold on the way. */
  readonly format?: OutputFormat;
  readonly predictedBytes?: number;
  /** Its pixels went, or would go, by way of the disk. */
  readonly spilled?: boolean;
  readonly model?: string;
  /** Why it is this network, where srgan chose it. */
  readonly modelBecause?: string;
  readonly passes?: readonly number[];
  /** Milliseconds spent in each stage; waiting for a place in it is not counted. */
  readonly ms: Partial<Record<StageName, number>>;
  readonly extra: Readonly<Record<string, unknown>>;
  /** The error itself, for `-v`; left out of JSON. */
  readonly error?: SrganError;
}
