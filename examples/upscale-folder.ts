/**
 * Upscales a folder and prints what became of each image.
 * Run: npm run build && node dist/examples/upscale-folder.js [IN] [OUT]
 */
import { pipe } from 'srgan';

const [source = 'examples/images', out = 'examples/out'] = process.argv.slice(2);

const summary = await pipe({
  inputs: [source],
  out,
  scale: 2,
  overwrite: true,
  onOutcome: ({ status, src, dst, message }) => console.log(status, src, '→', dst ?? message),
});

console.log(`${summary.counts.done} images, ${summary.inputMpxPerSecond.toFixed(2)} Mpx/s`);
