/** Of every page: colours of both schemes, type, tables, plots, paper. Series colours differ in lightness too. */
export const PAGE_STYLE = `
:root { color-scheme: light dark;
  --page: #fbfaf8; --card: #fff; --text: #1d2228; --muted: #59626c; --line: #d9dce0; --grid: #e9ebee;
  --accent: #1d5fa8; --shade: #5c6b7a; --warn: #8a4b00;
  --s1: #1d5fa8; --s2: #c2500a; --s3: #1a7f4b; --s4: #8b3fb0; --s5: #a8323e; --s6: #5f6b12; }
@media (prefers-color-scheme: dark) { :root {
  --page: #14171a; --card: #1d2125; --text: #e8eaec; --muted: #a3adb7; --line: #3a4148; --grid: #2b3137;
  --accent: #79b8f3; --shade: #93a2b1; --warn: #f0b35e;
  --s1: #6cb0f5; --s2: #ff9a4d; --s3: #5fd08d; --s4: #d39af2; --s5: #ff8a92; --s6: #cdd65c; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem clamp(1rem, 3vw, 2.5rem); max-width: 72rem; background: var(--page);
  color: var(--text); font: 16px/1.5 system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif; }
h1 { margin: 0; font-size: 1.6rem; line-height: 1.25; overflow-wrap: anywhere; }
h2 { margin: 0 0 .75rem; font-size: 1.15rem; }
p { margin: .5rem 0; }
.subtitle, footer, caption, .note, figcaption, small { color: var(--muted); }
.subtitle, td, th { overflow-wrap: anywhere; }
code { font: .92em ui-monospace, 'Cascadia Mono', Menlo, Consolas, monospace; }
section { margin: 1.5rem 0; padding: 1.1rem 1.25rem; background: var(--card); border: 1px solid var(--line);
  border-radius: .6rem; }
footer { font-size: .85rem; }
a { color: var(--accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(9.5rem, 1fr)); gap: .75rem 1.5rem; margin: 0; }
.facts dt { color: var(--muted); font-size: .9rem; }
.facts dt::first-letter { text-transform: uppercase; }
.facts dd { margin: 0; font-variant-numeric: tabular-nums; }
.facts b { font-size: 1.45rem; font-weight: 600; }
.facts .note { display: block; font-size: .85rem; }
.notes { margin: .75rem 0 0; padding-left: 1.1rem; color: var(--warn); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
caption { padding-bottom: .4rem; text-align: left; }
th, td { padding: .3rem .75rem .3rem 0; border-bottom: 1px solid var(--line); text-align: left; vertical-align: top; }
thead th { color: var(--muted); font-weight: 500; font-size: .9rem; white-space: nowrap; }
tbody th { font-weight: 500; }
.number { text-align: right; white-space: nowrap; }
figure { margin: 0 0 1.25rem; }
figcaption { margin-top: .25rem; font-size: .9rem; }
.plot-title { margin: 0 0 .25rem; font-size: 1rem; font-weight: 600; }
.plot { display: block; width: 100%; min-width: 44rem; height: auto; font: 13px system-ui, sans-serif; fill: var(--text); }
.plot .axis { fill: var(--muted); }
.plot .grid { stroke: var(--grid); }
.plot .frame { stroke: var(--line); fill: none; }
.plot .series { fill: none; stroke: currentColor; stroke-width: 2; stroke-linejoin: round; }
.plot .fill { fill: currentColor; opacity: .16; }
.plot .range { stroke: var(--text); stroke-width: 1.5; opacity: .75; fill: none; }
.plot .point { fill: currentColor; stroke: var(--card); }
:is(.plot, .legend) .ideal { fill: none; stroke: var(--muted); stroke-width: 1.5; stroke-dasharray: 2 5; stroke-linecap: round; }
.plot .stage { fill: var(--shade); opacity: .13; }
.plot .stage.even { opacity: .05; }
.plot .marker { stroke: var(--text); stroke-dasharray: 4 3; opacity: .7; }
.plot .hit { fill: transparent; }
.plot .hit:hover { fill: var(--shade); fill-opacity: .25; }
.c1 { color: var(--s1); } .c2 { color: var(--s2); } .c3 { color: var(--s3); }
.c4 { color: var(--s4); } .c5 { color: var(--s5); } .c6 { color: var(--s6); } .c0 { color: var(--muted); }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; margin: 0 0 .25rem; padding: 0; list-style: none;
  font-size: .9rem; }
.legend svg { width: 28px; height: 12px; margin-right: .4rem; vertical-align: -1px; overflow: visible; }
details { margin-top: .5rem; }
summary { color: var(--muted); cursor: pointer; font-size: .9rem; }
@media print { :root { color-scheme: light; --page: #fff; --card: #fff; --text: #000; --muted: #444; --line: #bbb;
  --grid: #ddd; --s1: #1d5fa8; --s2: #c2500a; --s3: #1a7f4b; --s4: #8b3fb0; --s5: #a8323e; --s6: #5f6b12; }
  body { max-width: none; padding: 0; font-size: 11pt; } section { border: 0; padding: 0; }
  figure, table, .facts { break-inside: avoid; } .plot { min-width: 0; }
  .no-print, details:not([open]) { display: none; } }
@media (prefers-reduced-motion: no-preference) { html { scroll-behavior: smooth; } }
`;
