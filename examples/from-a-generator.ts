/**
 * Sources that a program makes up as it goes, such as rows of a database: they are pulled one by one, never
 * faster than the images are worked off. Each may have a scale, a size or a name of its own.
 * Run: npm run build && node dist/examples/from-a-generator.js [OUT]
 */
import { pipe, type SourceSpec } from 'srgan';

const [out = 'examples/out'] = process.argv.slice(2);

async function* rows(): AsyncGenerator<SourceSpec> {
  yield { src: 'examples/images/badge.png', dst: 'badge-256.png', width: 256, id: 1 };
  yield { src: 'examples/images/balls.png', dst: 'balls-x3.webp', scale: 3, format: 'webp', id: 2 };
  await Promise.resolve();
  yield { src: 'examples/images/gone.png', id: 3 };
}

await pipe({
  inputs: { kind: 'iterable', sources: rows() },
  out,
  overwrite: true,
  onOutcome: ({ extra, status, code, outputWidthPx }) =>
    console.log(`row ${String(extra['id'])}: ${status} ${code ?? `${outputWidthPx} px wide`}`),
});
