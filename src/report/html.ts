import { createHash } from 'node:crypto';
import { printable } from '../system/files/file-names.js';
import { PAGE_STYLE } from './page-style.js';
import { SrganError } from '../system/errors.js';
import { realpath } from '../system/files/fs.js';
import { replaceFile } from '../system/files/temp-files.js';

/** Markup that is safe to insert into a page; only `html` and `trusted` make it. */
export interface Html {
  readonly markup: string;
}

/** A value in a template: text and numbers are escaped, markup is inserted, undefined becomes nothing. */
export type Piece = string | number | undefined | Html | readonly Html[];

/** Builds markup. Values other than markup are escaped, for text and quoted attributes. */
export function html(strings: TemplateStringsArray, ...pieces: readonly Piece[]): Html {
  return trusted(String.raw({ raw: strings }, ...pieces.map(markupOf)));
}

/** Marks our own text as markup. Never use it for input from outside. */
export const trusted = (markup: string): Html => ({ markup });

function markupOf(piece: Piece): string {
  if (piece === undefined) return '';
  if (typeof piece === 'number') return String(piece);
  if (typeof piece === 'string') return escaped(piece);
  return 'markup' in piece ? piece.markup : piece.map(({ markup }) => markup).join('');
}

const ENTITIES: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Also replaces characters that are invalid in XML or change the text direction, which could disguise a file name. */
function escaped(text: string): string {
  return printable(text)
    .replace(
      /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f\u202a-\u202e\u2066-\u2069\ufffe\uffff]/g,
      '\ufffd',
    )
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

export interface Page {
  readonly title: string;
  /** A line below the title, such as the machine or the file names. */
  readonly subtitle?: Piece;
  readonly body: readonly Html[];
  /** A line at the end, such as the date and the command. */
  readonly footer?: Piece;
  /** CSS of this page, in addition to that of all pages. */
  readonly style?: string;
  readonly script?: string;
}

/**
 * Returns a self-contained page. Its content security policy blocks all requests and all scripts except its own.
 */
export function page({ title, subtitle, body, footer, style = '', script = '' }: Page): string {
  const code = script.replaceAll('</', '<\\/');
  const digest = createHash('sha256').update(code).digest('base64');
  const policy = [
    "default-src 'none'",
    'img-src data:',
    "style-src 'unsafe-inline'",
    ...(code ? [`script-src 'sha256-${digest}'`] : []),
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const { markup } = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${trusted(policy)}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <link rel="icon" href="data:," />
        <title>${title}</title>
        <style>
          ${trusted(PAGE_STYLE + style)}
        </style>
      </head>
      <body>
        <header>
          <h1>${title}</h1>
          ${subtitle && html`<p class="subtitle">${subtitle}</p>`}
        </header>
        <main>${body}</main>
        <footer>${footer}</footer>
        ${code ? trusted(`<script>${code}</script>`) : undefined}
      </body>
    </html> `;
  return markup;
}

/** Returns a section of a page with a heading. */
export const section = (heading: string, ...content: readonly Html[]): Html =>
  html`<section>
    <h2>${heading}</h2>
    ${content}
  </section>`;

export interface Fact {
  readonly label: string;
  readonly value: string | number;
  readonly unit?: string;
  /** A short explanation. */
  readonly note?: string;
}

/** Shows a few figures side by side, in large type. */
export const facts = (all: readonly Fact[]): Html =>
  html`<dl class="facts">
    ${all.map(
      ({ label, value, unit, note }) =>
        html`<div>
          <dt>${label}</dt>
          <dd>
            <b>${value}</b
            >${unit && html` <small>${unit}</small>`}${note && html`<span class="note">${note}</span>`}
          </dd>
        </div>`,
    )}
  </dl>`;

export interface Table {
  readonly caption?: string;
  readonly columns: readonly Column[];
  /** The first cell of a row is its heading. */
  readonly rows: readonly (readonly Piece[])[];
}

export interface Column {
  readonly title: string;
  readonly unit?: string;
  /** Right-aligned with tabular digits. */
  readonly number?: boolean;
}

export function table({ caption, columns, rows }: Table): Html {
  const align = (i: number) => (columns[i]?.number ? 'number' : 'text');
  const cell = (piece: Piece, i: number) =>
    i === 0
      ? html`<th scope="row" class="${align(i)}">${piece}</th>`
      : html`<td class="${align(i)}">${piece}</td>`;
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${caption ?? 'Table'}">
    <table>
      ${
        caption &&
        html`<caption>
          ${caption}
        </caption>`
      }
      <thead>
        <tr>
          ${columns.map(
            ({ title, unit }, i) =>
              html`<th scope="col" class="${align(i)}">${title}${unit && html` <small>${unit}</small>`}</th>`,
          )}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) =>
            html`<tr>
              ${row.map(cell)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

/** Lists remarks and warnings. */
export const notes = (sentences: readonly string[]): Html =>
  sentences.length === 0
    ? html``
    : html`<ul class="notes">
        ${sentences.map((text) => html`<li>${text}</li>`)}
      </ul>`;

/**
 * Writes a report atomically.
 * @param inputs files that must not be replaced
 * @throws SrganError E_OVERWRITE_INPUT, E_NOSPC, E_WRITE
 */
export async function savePage(path: string, markup: string, inputs: readonly string[] = []): Promise<void> {
  const place = await realpath(path).catch(() => path);
  for (const input of inputs) {
    if ((await realpath(input).catch(() => input)) !== place) continue;
    throw new SrganError('E_OVERWRITE_INPUT', `${path}: the report would replace one of its input images.`);
  }
  await replaceFile(path, markup);
}
