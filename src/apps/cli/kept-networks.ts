import type { Added } from '../../network/models/add/add.js';
import type { KeepOutcome } from '../../network/models/add/keep.js';
import { visible } from '../../report/terminal-text.js';

/** What became of each network that was to be kept, with the sums by which it is known again. */
export function addedText({ kept, refused }: Added): string {
  return [...kept.map(outcomeText), ...refused.map(refusedText)].join('');
}

function outcomeText({ record, wasKept }: KeepOutcome): string {
  const { name, networks, licence, fetched, files } = record;
  const factors = networks.map(({ factor }) => `x${factor}`).join(' ');
  const terms = licence ? `${licence.licence} (${licence.by})` : 'licence unknown';
  const state = wasKept ? 'is kept already, the same in every byte' : 'kept';
  const sums = [...(fetched ? [[fetched.name, fetched.sha256]] : []), ...Object.entries(files)];
  return [
    `${visible(name)}: ${state}. ${factors}, ${networks[0]?.format ?? ''}, ${visible(terms)}\n`,
    ...sums.map(([file = '', sum = '']) => `  sha256 ${sum}  ${visible(file)}\n`),
  ].join('');
}

function refusedText({ name, error }: Added['refused'][number]): string {
  const hint = error.hint ? `  ${visible(error.hint)}\n` : '';
  return `${visible(name)}: not kept. ${visible(error.message)}\n${hint}`;
}
