import type { TempFile } from '../system/files/temp-files.js';
import type { SrganError } from '../system/errors.js';

/** Formats that can be written. */
export const OUTPUT_FORMATS = ['png', 'jpeg', 'webp', 'avif', 'tiff', 'gif'] as const;
export type OutputFormat = (typeof OUTPUT_FORMATS)[number];

/** Options that a record of an NDJSON list may set for its own image; they override those of the run. */
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

/** One input as `find` found it, before anything of the file has been read. */
export interface Source {
  /** 0-based order in which it was found. */
  readonly index: number;
  /** Path, absolute or relative to the working directory, or an address. */
  readonly path: string;
  /** Path relative to the base, mirrored under the output directory; never begins with `..` or a root. */
  readonly relativePath: string;
  readonly overrides: SourceOverrides;
  /** Unknown keys of the NDJSON record, passed through to the outcome. */
  readonly extra: Readonly<Record<string, unknown>>;
  /** Set where the entry itself is invalid, such as a line that is not JSON; `plan` fails it. */
  readonly invalid?: SrganError;
  /** Set where an earlier process of a supervised run died while processing this source. */
  readonly crashed?: Crashed;
  /** Set for a retry after a transient failure. */
  readonly again?: Again;
}

/** A source before it has its place in the order of a run. */
export type FoundSource = Omit<Source, 'index' | 'crashed' | 'again'>;

export interface Again {
  /** Number of this attempt, from 2 on. */
  readonly tries: number;
  /** Output path that it has claimed, and where it has already written its result. */
  readonly claimed: string | undefined;
  readonly dst: string | undefined;
}

export interface Crashed {
  readonly times: number;
  /** How the process died last, such as SIGSEGV. */
  readonly cause: string;
  /** Path at which the result was about to be written, and may be. */
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

/** The work for one source, decided from its header and the options alone. */
export interface Job {
  readonly source: Source;
  /** `copy`: the file is already large enough and its bytes are copied. */
  readonly action: 'upscale' | 'copy';
  readonly outputPath: string;
  /** Local path of the source's bytes: its own, or that of a copy where it is remote. */
  readonly file: string;
  /** Path beside which temp files of the image are created: the output, or a path in the scratch directory. */
  readonly tempBeside: string;
  readonly format: OutputFormat;
  readonly quality: number | undefined;
  readonly header: ImageHeader;
  /** Name of the network in the models registry. */
  readonly model: string;
  /** Why srgan chose this network, such as `JPEG quality 75`. */
  readonly modelBecause?: string;
  /** Factors of the networks to run in sequence, such as [2] or [8, 2]; empty to only resize. */
  readonly passes: readonly number[];
  /** Size of each page of the result. */
  readonly targetWidthPx: number;
  readonly targetHeightPx: number;
  /** Predicted memory of this image between decode and write. */
  readonly predictedBytes: number;
  /** The pixels go through temp files instead of memory. */
  readonly spill: boolean;
}

/** Pixels in shared memory: rows from top to bottom, samples interleaved, pages stacked vertically. */
export interface Pixels {
  /** 0..255 or 0..65535; exactly widthPx × pageHeightPx × pages × channels samples over a SharedArrayBuffer. */
  readonly data: Uint8Array<SharedArrayBuffer> | Uint16Array<SharedArrayBuffer>;
  readonly widthPx: number;
  readonly pageHeightPx: number;
  readonly pages: number;
  /** 1 gray, 2 gray + alpha, 3 RGB, 4 RGB + alpha; alpha is straight, not premultiplied. */
  readonly channels: 1 | 2 | 3 | 4;
  /** For a band of rows of a single page: the row that `data` begins with. The sizes are those of the whole page. */
  readonly topPx?: number;
}

/** Pixels in a file. */
export interface SpilledPixels extends Pick<Pixels, 'widthPx' | 'pageHeightPx' | 'pages' | 'channels'> {
  readonly bits: 8 | 16;
  /** Uncompressed BigTIFF that srgan wrote, with the samples in the same order as in Pixels. */
  readonly file: TempFile;
}

/** Colour information of a file that is not an ICC profile. */
export interface StatedColour {
  /** Code points of ITU-T H.273 that no profile expresses: HDR and BT.2020. */
  readonly cicp?: { readonly primaries: number; readonly transfer: number };
  /** Whole gAMA and cHRM chunks of a PNG. */
  readonly chunks?: readonly Buffer[];
}

/** A text entry of a file, in its format's own form. */
export interface TextEntry {
  /** For people. */
  readonly title: string;
  /** Whole chunk of a PNG. */
  readonly chunk?: Buffer;
  /** Comment of a JPEG. */
  readonly comment?: Buffer;
}

/** Metadata that is carried from the source to the result. */
export interface Carried {
  readonly icc?: Buffer;
  readonly colour?: StatedColour;
  readonly exif?: Buffer;
  readonly xmp?: Buffer;
  readonly iptc?: Buffer;
  readonly texts?: readonly TextEntry[];
  /** Parts of the source that the result lacks, one sentence each. */
  readonly leftOut?: readonly string[];
  /** Pixels per inch of the source. */
  readonly density?: number;
  /** Repetitions of an animation; 0 repeats forever. */
  readonly loop?: number;
  /** Duration of each frame in ms. */
  readonly delay?: number[];
  /** The source is a lossless WebP; so is a WebP result, unless a quality is given. */
  readonly lossless?: boolean;
  /** The source was stored with a palette. */
  readonly palette?: boolean;
  /** Bits per sample of the source, where they are between 8 and 16. */
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

/** An encoded result that lies whole in a temp file beside its final name. */
export interface EncodedFile extends Omit<EncodedBytes, 'bytes'> {
  readonly file: TempFile;
}

export type Encoded = EncodedBytes | EncodedFile;

export interface Written {
  readonly job: Job;
  readonly path: string;
  readonly bytes: number;
  /** Checksum in hex, where a journal is kept. */
  readonly sha256?: string;
  readonly widthPx: number;
  readonly heightPx: number;
}

/** `planned` is the result of a dry run. */
export type Status = 'done' | 'copied' | 'skipped' | 'planned' | 'failed' | 'cancelled';

export const STAGES = ['plan', 'decode', 'upscale', 'encode', 'write'] as const;
export type StageName = (typeof STAGES)[number];

/** The record of what happened to a source; every source has exactly one. */
export interface Outcome {
  readonly index: number;
  readonly src: string;
  readonly dst?: string;
  readonly status: Status;
  /** Number of attempts, where there was more than one. */
  readonly tries?: number;
  /** For a failure: stable code, plain sentence, what to do. */
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
  /** For a dry run: the format that would be written, and the memory that the image would need. */
  readonly format?: OutputFormat;
  readonly predictedBytes?: number;
  /** The pixels went, or would go, through temp files. */
  readonly spilled?: boolean;
  readonly model?: string;
  /** Why srgan chose this network. */
  readonly modelBecause?: string;
  readonly passes?: readonly number[];
  /** Milliseconds spent in each stage, without waiting for a free slot. */
  readonly ms: Partial<Record<StageName, number>>;
  readonly extra: Readonly<Record<string, unknown>>;
  /** The error itself, for `-v`; left out of JSON. */
  readonly error?: SrganError;
}
