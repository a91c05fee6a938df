import path from 'node:path';
import type { ValueRange } from '../../graph/read/onnx/onnx-fit.js';
import type { ChosenOutput } from '../file/one-output.js';
import type { Colours } from './colours.js';
import { statedFile, type StatedFacts } from './stated-facts.js';

/** What is known of a network whose facts were found by running it. */
export interface Guesses {
  readonly factor: number;
  readonly colours: Pick<Colours, 'inputRange' | 'outputRange' | 'guessed'>;
  readonly stated: StatedFacts;
  /** Its format is that of programs which enlarge nothing before the network. */
  readonly byFormat?: boolean;
  readonly output?: ChosenOutput | undefined;
}

/** One sentence for each fact that was guessed and is not certain, with the key that states it. */
export function notesOn(title: string, { factor, colours, stated, byFormat, output }: Guesses): string[] {
  const file = path.basename(statedFile(title));
  const notes: string[] = [];
  const { inputRange, outputRange, guessed } = colours;
  if (guessed) {
    const keys = JSON.stringify({
      ...(inputRange.by === 'probe' && { inputRange: inputRange.value }),
      ...(outputRange.by === 'probe' && { outputRange: outputRange.value }),
    });
    notes.push(
      `${title}: guessed that the network takes values in ${span(inputRange.value)} and gives ${span(outputRange.value)}; state the ranges in ${file} if that is wrong: ${keys}.`,
    );
  }
  if (factor === 1 && stated.factor === undefined && !byFormat) {
    notes.push(
      `${title}: the network keeps the size of images and is run on them as they are. If it expects enlarged images, state {"enlargeFirst": 2} in ${file}; if this is right, {"factor": 1}.`,
    );
  }
  if (output?.guessed) {
    notes.push(
      `${title}: the network has several outputs; '${output.name}' is taken for the image. State another in ${file}: {"output": ${JSON.stringify(output.name)}}.`,
    );
  }
  return notes;
}

const span = ([black, white]: ValueRange) => `${black}..${white}`;
