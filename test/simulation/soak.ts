import { runHistory } from "./history.ts";

const n = Number(process.argv[2] ?? 200),
  from = Number(process.argv[3] ?? 1);
const log = process.argv[4] === "log" ? (l: string) => console.log(l) : undefined;
const t = performance.now();
let steps = 0,
  bad = 0,
  ms = 0;
const moves = new Map<string, number>();
for (let s = from; s < from + n; s++) {
  const h = await runHistory(s, { log });
  steps += h.steps;
  ms += h.durationMs;
  for (const [k, v] of h.coverage.transitions) moves.set(k, (moves.get(k) ?? 0) + v);
  if (h.violations.length) {
    bad++;
    if (bad < 12) console.log(s, h.violations, h.steps, h.durationMs);
  }
}
const sec = process.cpuUsage().user / 1e6;
console.log({
  n,
  bad,
  steps: steps / n,
  virtualS: ms / n / 1000,
  perMinute: (n / sec) * 60,
  usPerStep: (sec * 1e6) / steps,
});
console.log([...moves].sort((a, b) => b[1] - a[1]));
