import * as Args from '@oclif/core/args';
import { Command } from '@oclif/core/command';
import { videoFlags } from '../src/command-line/flags/video-flags.js';

export default class Video extends Command {
  static override summary = 'Upscale a film.';

  static override description = [
    'Needs ffmpeg and ffprobe. Frames go through pipes and never to the disk; sound, subtitles, chapters, attachments, covers, metadata, timestamps, colours and 10 bits are carried over. The extension of OUT sets the container: .mp4, .mkv, .mov, .webm, .ts or .nut. Options of ffmpeg for the result go after --; without any, the picture is H.264 at -crf 17 (VP9 in .webm), with the depth and the chroma of IN. Another encoder has its own defaults.',
    "'-' is YUV4MPEG2 (y4m) on standard input or standard output, to stand between two programs; that has no sound.",
    'Until it is done, OUT.srgan holds the film in closed segments. After a crash or Ctrl-C, --resume proves each of them and goes on. A tile of the picture that was the same before is not computed again, for the same bytes.',
    'Exit status: 0 done; 1 the film failed; 2 a wrong command line or set-up; 129, 130 or 143 interrupted; 141 the reader of standard output went away.',
  ].join('\n\n');

  static override examples = [
    '<%= config.bin %> video film.mkv large.mkv --effort fast',
    {
      description: 'To H.265, with the sound encoded anew',
      command: '<%= config.bin %> video film.avi large.mp4 -- -c:v libx265 -crf 20 -c:a aac',
    },
    {
      description: 'A drawn film, with a page that shows ten frames before and after',
      command: '<%= config.bin %> video cartoon.mp4 large.mp4 --kind drawing --html look.html',
    },
    {
      description: 'Go on after an interruption',
      command: '<%= config.bin %> video film.mkv large.mkv --effort fast --resume',
    },
    {
      description: 'Between two programs',
      command: 'ffmpeg -i film.mkv -f yuv4mpegpipe -strict -1 - | <%= config.bin %> video - - | ffplay -',
    },
  ];

  static override usage = 'video IN OUT [FLAGS] [-- FFMPEG OUTPUT OPTIONS]';

  static override args = {
    in: Args.string({ description: "The film, or '-' for y4m on standard input.", ignoreStdin: true }),
    out: Args.string({ description: "The result, or '-' for y4m on standard output.", ignoreStdin: true }),
  };

  static override flags = videoFlags;

  async run(): Promise<void> {
    const end = this.argv.indexOf('--');
    const words = end < 0 ? [...this.argv] : this.argv.slice(0, end);
    // parsing replaces what is in argv
    const outputArgs = end < 0 ? [] : this.argv.slice(end + 1);
    const { args, flags } = await this.parse(Video, words);
    const { SrganError } = await import('../src/system/errors.js');
    if (args.in === undefined || args.out === undefined) {
      throw new SrganError('E_USAGE', 'video needs a film and the name of the result.', {
        hint: 'Such as: srgan video film.mkv large.mkv',
      });
    }
    const { runVideo } = await import('../src/apps/video/run-video.js');
    process.exitCode = await runVideo(args.in, args.out, outputArgs, flags);
  }
}
