import type { Readable } from 'node:stream';
import type { PipeOptions } from '../../contract/options.js';
import type { EnlargedFrame } from './enlarge-frames.js';
import type { EncodePlan } from './ffmpeg/encode-frames.js';
import type { Film } from './film/film.js';
import type { VideoPlan } from './plan-video.js';
import type { Segment } from './segments/video-journal.js';

/** Films and results on the standard streams. */
export const STDIO = '-';

export interface VideoOptions {
  /** Path of the film, or `-` for YUV4MPEG2 on standard input. */
  readonly from: string;
  /** Path of the result, or `-` for YUV4MPEG2 on standard output. */
  readonly to: string;
  /** Size, network and resources. */
  readonly pipe: Omit<PipeOptions, 'inputs'>;
  /** Options of ffmpeg for the result. */
  readonly outputArgs: readonly string[];
  readonly overwrite: boolean;
  readonly resume: boolean;
  readonly deinterlace: boolean;
  readonly reuse: boolean;
  /** Levels of 255 within which what changes counts as standing still. */
  readonly reuseWithin: number;
  /** Frames of a segment; chosen from the size where it is not stated. */
  readonly segmentFrames: number | undefined;
  readonly stdin: Readable;
  readonly signal: AbortSignal;
  readonly on: VideoEvents;
}

/** What is told while it goes on. */
export interface VideoEvents {
  /** A sentence for a person. */
  note(sentence: string): void;
  detail(sentence: string): void;
  /** Before the first frame. */
  begun(begun: Begun): void;
  frame(progress: FrameProgress): void;
  segment(segment: Segment): void;
  /** May look at a frame before its memory is used again. */
  look(frame: EnlargedFrame): Promise<void>;
  /** The frames are done, and are being put together with the sound. */
  joining(): void;
}

export interface Begun {
  readonly film: Film;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly model: string;
  /** Frames that are there from an interrupted run. */
  readonly resumed: number;
}

export interface FrameProgress {
  /** Frames that are done, those of an interrupted run too. */
  readonly frames: number;
  /** Time of the film that is done, in seconds. */
  readonly filmS: number;
}

export interface VideoSummary {
  readonly frames: number;
  readonly resumed: number;
  readonly filmS: number;
  readonly elapsedMs: number;
  readonly widthPx: number;
  readonly heightPx: number;
  readonly tiles: number;
  readonly reused: number;
  /** Sentences about what is not as it should be with the film. */
  readonly warnings: readonly string[];
  /** Whoever read standard output has gone away. */
  readonly readerGone: boolean;
}

/** What every step of a film needs to know. */
export interface VideoJob {
  readonly options: VideoOptions;
  readonly film: Film;
  readonly plan: VideoPlan;
  readonly encode: EncodePlan;
}

/** Frames of a film on their way through the network. */
export interface FramesInWork {
  readonly enlarged: AsyncIterable<EnlargedFrame>;
  readonly warnings: readonly string[];
  /** As many as were needed for so many frames, and those of them that were taken over. */
  tiles(frames: number): { readonly tiles: number; readonly reused: number };
}
