/** Light and dark as the reader's system says; one column where there is no room for two. */
export const reportStyles = `
:root {
  --back: #ffffff; --card: #f6f7f9; --text: #16202b; --quiet: #4c5866; --grid: #d3d9e0;
  --sequential: #76808d; --concurrent: #0b62c4; --warn: #8a5a00; --page-line: #b3261e;
  --ok: #0f6a34; --missed: #b3261e;
  --passed-back: #dff3e4; --missed-back: #fdeecb; --unequal-back: #fbdcd9;
}
@media (prefers-color-scheme: dark) {
  :root {
    --back: #12161b; --card: #1b2129; --text: #e8edf2; --quiet: #a9b4c0; --grid: #38424d;
    --sequential: #8f9aa7; --concurrent: #6cb0ff; --warn: #e5b454; --page-line: #ff8a80;
    --ok: #7ddb9b; --missed: #ff8a80;
    --passed-back: #163a24; --missed-back: #43330d; --unequal-back: #4d1d1a;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--text);
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", sans-serif; overflow-wrap: anywhere; }
header, main { max-width: 1240px; margin: 0 auto; padding: 1rem 1.25rem; }
header { margin-top: 1.25rem; border-radius: 10px; }
header.passed { background: var(--passed-back); }
header.missed { background: var(--missed-back); }
header.unequal { background: var(--unequal-back); }
h1 { font-size: 1.6rem; line-height: 1.25; margin: 0 0 .35rem; }
h2 { font-size: 1.2rem; margin: 1.75rem 0 .6rem; }
h3 { font-size: 1rem; margin: 0 0 .4rem; }
header p { margin: 0; }
.scroll { overflow-x: auto; }
table { overflow-wrap: break-word; border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid var(--grid); }
th[scope=row] { font-weight: 500; }
thead th { color: var(--quiet); font-weight: 600; }
details { margin-top: 1.5rem; }
.ok { color: var(--ok); font-weight: 700; }
.missed { color: var(--missed); font-weight: 700; }
header.missed { color: inherit; font-weight: inherit; }
.key { color: var(--quiet); margin: 0 0 .6rem; }
.swatch { display: inline-block; width: 1.1em; height: .7em; border-radius: 2px; margin: 0 .35em 0 .6em; }
.swatch.sequential { background: var(--sequential); margin-left: 0; }
.swatch.concurrent { background: var(--concurrent); }
.figures { display: grid; gap: 1rem; grid-template-columns: repeat(2, minmax(0, 1fr)); }
figure { margin: 0; padding: .9rem; background: var(--card); border-radius: 10px; min-width: 0; }
.broad { grid-column: 1 / -1; }
figcaption { color: var(--quiet); font-size: .875rem; margin-top: .35rem; }
.narrow { display: none; }
summary { cursor: pointer; font-weight: 600; }
@media (max-width: 820px) {
  .figures { grid-template-columns: minmax(0, 1fr); }
}
@media (max-width: 480px) {
  header, main { padding: .9rem .8rem; }
  header { margin-top: 0; border-radius: 0; }
  h1 { font-size: 1.3rem; }
  .wide { display: none; }
  .narrow { display: block; }
  th, td { padding: .3rem .35rem; font-size: .875rem; }
}
`;
