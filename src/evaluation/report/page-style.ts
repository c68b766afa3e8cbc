/** The look of a report: light and dark by the reader's choice, one column on a phone, ink on paper. */

const light = `
  --page: #ffffff; --text: #1b1f24; --soft: #59636e; --rule: #d5dbe1; --grid: #e9edf0; --panel: #f6f8fa;
  --own: #1f5fa8; --own-area: #1f5fa833; --other: #6b7480; --quiet: #b4bcc5; --quiet-area: #8a949e3d;
  --paper: #a84d17; --right: #1a7444; --wrong: #b3301b; --warn: #7a5200; --warn-panel: #fff6dd;`;

const dark = `
  --page: #14171b; --text: #e8eaed; --soft: #a2abb5; --rule: #363c44; --grid: #262b31; --panel: #1c2026;
  --own: #7fb6f2; --own-area: #7fb6f238; --other: #9aa4af; --quiet: #5d6772; --quiet-area: #8a949e45;
  --paper: #eb9d68; --right: #6ccb97; --wrong: #f08a77; --warn: #f0cd7a; --warn-panel: #2d2614;`;

export const pageStyle = `
:root { color-scheme: light dark;${light}
}
@media (prefers-color-scheme: dark) { :root {${dark}
} }
@media print { :root { color-scheme: light;${light}
} }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--page); color: var(--text);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif; }
main { max-width: 980px; margin: 0 auto; padding: 40px 20px 64px; }
h1 { font-size: 30px; line-height: 1.2; margin: 0; letter-spacing: -0.01em; }
h2 { font-size: 20px; line-height: 1.3; margin: 48px 0 8px; padding-top: 14px; border-top: 1px solid var(--rule); }
h3 { font-size: 16px; margin: 0 0 6px; }
p { margin: 8px 0; max-width: 46em; }
.kicker { color: var(--soft); margin: 0 0 4px; }
.lead, .meta, figcaption, .notes { color: var(--soft); }
.meta { font-size: 15px; margin: 6px 0 0; max-width: none; }
code, pre, .file, .name { font-family: ui-monospace, "SF Mono", "DejaVu Sans Mono", Consolas, monospace; font-size: 0.86em; }
pre { background: var(--panel); border: 1px solid var(--rule); border-radius: 6px; padding: 10px 12px; white-space: pre-wrap; overflow-wrap: anywhere; }
.warning { background: var(--warn-panel); border-left: 4px solid var(--warn); padding: 8px 14px; margin: 16px 0; max-width: none; }
.warning p { margin: 4px 0; }
.warning ul { margin: 4px 0; padding-left: 20px; }
.headline { display: grid; grid-template-columns: repeat(5, 1fr); gap: 0; margin: 28px 0 8px; padding: 0; border: 1px solid var(--rule); border-radius: 8px; }
.headline div { padding: 12px 16px; border-left: 1px solid var(--rule); }
.headline div:first-child { border-left: 0; }
.headline dt { color: var(--soft); font-size: 14px; }
.headline dd { margin: 0; }
.headline .value { font-size: 30px; line-height: 1.25; font-weight: 600; font-variant-numeric: tabular-nums; letter-spacing: -0.02em; }
.headline .value small { font-size: 15px; font-weight: 400; color: var(--soft); letter-spacing: 0; }
.headline .versus { font-size: 13px; color: var(--paper); }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; font-size: 15px; margin: 8px 0; }
th, td { text-align: left; padding: 5px 14px 5px 0; border-bottom: 1px solid var(--grid); vertical-align: baseline; }
thead th { color: var(--soft); font-weight: 500; font-size: 13px; border-bottom-color: var(--rule); }
tbody th { font-weight: 400; }
th.n, td.n { text-align: right; padding-left: 14px; padding-right: 6px; white-space: nowrap; }
th.group { text-align: left; }
th.n.first, td.n.first, th.group.first { padding-left: 34px; }
thead th.n, tbody th + td.n { white-space: normal; }
tr.own th, tr.own td { font-weight: 650; color: var(--own); }
tr.filter th, tr.filter td { color: var(--own); }
tr.paper th, tr.paper td { color: var(--paper); }
tr.section td { color: var(--soft); font-size: 13px; padding-top: 14px; border-bottom-color: var(--rule); }
td.file, .name { overflow-wrap: anywhere; }
.doubt { text-decoration: underline dotted; text-underline-offset: 3px; }
sup { line-height: 0; font-size: 11px; }
sup.own-slip { color: var(--paper); }
.beside { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 8px 56px; align-items: start; }
.beside .notes { padding-top: 8px; }
.beside .notes p { font-size: 14px; }
ol.slips { font-size: 14px; color: var(--soft); padding-left: 22px; margin: 0; max-width: 40em; }
ol.slips li { margin-bottom: 8px; }
.wide { overflow-x: auto; }
.figures { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 32px 28px; align-items: start; margin-top: 16px; }
figure { margin: 0; }
figcaption { font-size: 14px; margin: 6px 0; }
details { font-size: 14px; }
summary { cursor: pointer; color: var(--soft); }
svg.chart { display: block; width: 100%; height: auto; font: 12.5px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif; font-variant-numeric: tabular-nums; }
.chart text { fill: var(--text); }
.chart .tick text, .chart text.name, .chart text.soft { fill: var(--soft); font-family: inherit; font-size: 12px; }
.chart .halo { paint-order: stroke; stroke: var(--page); stroke-width: 4px; stroke-linejoin: round; }
.chart .grid path { stroke: var(--grid); fill: none; }
.chart .axis path { stroke: var(--soft); fill: none; }
.chart .line { fill: none; stroke-width: 1.75; stroke-linejoin: round; }
.chart .line.own { stroke: var(--own); }
.chart .line.other { stroke: var(--other); stroke-width: 1.4; stroke-dasharray: 5 3; }
.chart .dot.own { fill: var(--own); }
.chart .mark.paper { fill: var(--page); stroke: var(--paper); stroke-width: 1.75; }
.chart text.label.own, .chart text.label.genuine { fill: var(--own); }
.chart text.label.other, .chart text.label.impostor { fill: var(--other); }
.chart text.label.paper { fill: var(--paper); }
.chart .bar.own { fill: var(--own-area); }
.chart .bar.quiet { fill: var(--quiet); }
.chart .cap.own { stroke: var(--own); stroke-width: 2; fill: none; }
.chart .gap { stroke: var(--paper); stroke-width: 1.25; fill: none; }
.chart .ideal { stroke: var(--soft); stroke-width: 1; stroke-dasharray: 4 3; fill: none; }
.chart .area { stroke-width: 1.4; stroke-linejoin: round; }
.chart .area.genuine { fill: var(--own-area); stroke: var(--own); }
.chart .area.impostor { fill: var(--quiet-area); stroke: var(--other); }
.chart .cut { stroke: var(--text); stroke-width: 1; fill: none; }
.sheet { margin: 18px 0 26px; max-width: 780px; break-inside: avoid; }
.sheet figcaption b { color: var(--text); margin-right: 6px; }
.sheet .name { color: var(--text); }
.sheet .facts { display: block; }
.strip { list-style: none; margin: 0; padding: 0; display: grid; grid-template-columns: repeat(6, minmax(0, 1fr)); gap: 10px; }
.strip li { display: block; font-size: 13px; line-height: 1.35; }
.picture { display: flex; align-items: center; justify-content: center; height: 164px; background: var(--panel); border: 2px solid var(--rule); border-radius: 5px; overflow: hidden; }
.picture img { display: block; width: 100%; height: 100%; object-fit: contain; }
.picture.missing { color: var(--soft); font-size: 12px; text-align: center; }
.query .picture { border-color: var(--text); }
.right .picture { border-color: var(--right); }
.wrong .picture { border-color: var(--wrong); border-style: dashed; }
.verdict { display: block; margin-top: 4px; }
.right .verdict { color: var(--right); font-weight: 600; }
.wrong .verdict { color: var(--wrong); }
.score { display: block; color: var(--soft); font-variant-numeric: tabular-nums; }
.caption { display: block; overflow-wrap: anywhere; color: var(--text); }
footer { margin-top: 56px; padding-top: 12px; border-top: 1px solid var(--rule); color: var(--soft); font-size: 13px; }
@media (max-width: 720px) {
  main { padding: 24px 16px 48px; }
  h1 { font-size: 25px; }
  .headline { grid-template-columns: repeat(2, 1fr); }
  .headline div { border-left: 0; border-top: 1px solid var(--rule); padding: 10px 12px; }
  .headline div:first-child { grid-column: 1 / -1; border-top: 0; }
  .headline div:nth-child(odd):not(:first-child) { border-left: 1px solid var(--rule); }
  .beside, .figures { grid-template-columns: minmax(0, 1fr); }
  .strip { gap: 5px; }
  .strip li { font-size: 12px; }
  .strip .picture { height: 112px; }
}
@media print {
  body { font-size: 11pt; }
  main { max-width: none; padding: 0; }
  h2 { break-after: avoid; }
  figure, .headline, .wide, tr { break-inside: avoid; }
  details:not([open]), details[open] summary { display: none; }
  .wide { overflow: visible; }
}
`;
