/**
 * Takes new images for so many seconds, finishes those in flight, and says what is left for next time.
 * Run: npm run build && node dist/examples/time-limit.js [SECONDS] [OUT]
 */
import { pipe } from 'srgan';

const [seconds = '5', out = 'examples/out'] = process.argv.slice(2);

const summary = await pipe({
  inputs: ['examples/images/**/*.{png,jpg}'],
  out,
  skipExisting: true,
  drain: AbortSignal.timeout(Number(seconds) * 1000),
});

const { done, skipped, cancelled } = summary.counts;
console.log(`${done} done, ${skipped} were there already, ${cancelled} left for the next run`);
