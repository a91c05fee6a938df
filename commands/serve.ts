import { Command } from '@oclif/core/command';
import { serveFlags } from '../src/command-line/flags/serve-flags.js';

export default class Serve extends Command {
  static override summary = 'Serve upscaling over HTTP, with a page for the browser.';

  static override description = [
    'Open the address in a browser, or send an image to /v1/upscale and get the result back; /openapi.json describes ' +
      'all of it. Networks and workers stay loaded. Jobs of many images survive a restart.',
    'Only this machine can reach the service unless --host says otherwise, and then every client needs a token. Use ' +
      'a proxy for TLS.',
    'Ctrl-C or SIGTERM takes nothing new, finishes the images that are being worked on, and stops; what is left of ' +
      'jobs goes on at the next start.',
  ].join('\n\n');

  static override examples = [
    '<%= config.bin %> serve',
    {
      description: 'Upscale one image with it',
      command:
        'curl --data-binary @photo.jpg "http://127.0.0.1:8788/v1/upscale?scale=2&format=webp" -o big.webp',
    },
    {
      description: 'For others, with a token',
      command: 'openssl rand -hex 24 > tokens && <%= config.bin %> serve --host 0.0.0.0 --token-file tokens',
    },
  ];

  static override flags = serveFlags;

  async run(): Promise<void> {
    const { flags } = await this.parse(Serve);
    const { runServe } = await import('../src/apps/serve/run-serve.js');
    process.exitCode = await runServe(flags);
  }
}
