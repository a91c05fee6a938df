import { PAGE_STYLE } from '../../src/report/page-style.js';

/** The first plot of a page as an SVG document of its own, in light and dark, to be shown in a README. */
export function plotSvg(page: string): string {
  const [svg = ''] = /<svg[^>]*class="plot"[^]*?<\/svg>/.exec(page) ?? [];
  if (svg === '') throw new Error('The page has no plot.');
  const style = `<style>${PAGE_STYLE} svg { background: var(--card); }</style>`;
  return `${svg.replace(/<svg([^>]*)>/, `<svg xmlns="http://www.w3.org/2000/svg"$1>${style}`)}\n`;
}
