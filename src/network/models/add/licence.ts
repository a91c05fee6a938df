import path from 'node:path';
import { readdir, readFile } from '../../../system/files/fs.js';
import { isRecord } from '../../graph/read/keras/keras-model.js';
import type { KnownLicence } from '../kept/kept-record.js';

const MAX_CHARACTERS = 100_000;
export const LICENCE_FILE = /^(licen[cs]e|copying)(\.(md|txt|rst))?$/i;

/** Texts of licences by what they begin with, or are known by. */
const TEXTS: readonly (readonly [RegExp, string])[] = [
  [/GNU AFFERO GENERAL PUBLIC LICENSE\s+Version 3/i, 'AGPL-3.0'],
  [/GNU LESSER GENERAL PUBLIC LICENSE\s+Version 3/i, 'LGPL-3.0'],
  [/GNU GENERAL PUBLIC LICENSE\s+Version 3/i, 'GPL-3.0'],
  [/GNU GENERAL PUBLIC LICENSE\s+Version 2/i, 'GPL-2.0'],
  [/Apache License,?\s+Version 2\.0/i, 'Apache-2.0'],
  [/Mozilla Public License Version 2\.0/i, 'MPL-2.0'],
  [/CC0 1\.0 Universal/i, 'CC0-1.0'],
  [/Attribution-NonCommercial-ShareAlike 4\.0 International/i, 'CC-BY-NC-SA-4.0'],
  [/Attribution-NonCommercial 4\.0 International/i, 'CC-BY-NC-4.0'],
  [/Attribution-ShareAlike 4\.0 International/i, 'CC-BY-SA-4.0'],
  [/Attribution 4\.0 International/i, 'CC-BY-4.0'],
  [/Redistribution and use in source and binary forms[^]*Neither the name/i, 'BSD-3-Clause'],
  [/Redistribution and use in source and binary forms/i, 'BSD-2-Clause'],
  [/Permission is hereby granted, free of charge/i, 'MIT'],
];

/** Of an npm package by its package.json. */
export function licenceOfPackage(facts: unknown): string | undefined {
  return isRecord(facts) && typeof facts.license === 'string' ? facts.license : undefined;
}

/** Of a Python wheel by its METADATA: core metadata, License-Expression and License. */
export function licenceOfMetadata(metadata: string): string | undefined {
  const [head = ''] = metadata.split(/\r?\n\r?\n/);
  const line = /^License-Expression: *(.+)$/m.exec(head) ?? /^License: *(.{1,60})$/m.exec(head);
  return line?.[1]?.trim();
}

/** Of the nearest file LICENSE or COPYING: beside a network, or above it up to where its source begins. */
export async function licenceBeside(top: string, file: string): Promise<KnownLicence | undefined> {
  for (let directory = path.dirname(file); ; directory = path.dirname(directory)) {
    const found = await licenceIn(directory);
    if (found) return found;
    if (directory === path.resolve(top) || directory === path.dirname(directory)) return undefined;
  }
}

/** Undefined where there is no such file, or its text is none that is known. */
export async function licenceIn(directory: string): Promise<KnownLicence | undefined> {
  const names = await readdir(directory).catch(() => []);
  for (const name of names.filter((each) => LICENCE_FILE.test(each)).sort()) {
    const text = await readFile(path.join(directory, name), 'utf8').catch(() => '');
    const known = TEXTS.find(([pattern]) => pattern.test(text.slice(0, MAX_CHARACTERS)));
    if (known) return { licence: known[1], by: `the file ${name} beside it` };
  }
  return undefined;
}
