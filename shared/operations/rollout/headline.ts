import { isEqual, type RolloutFigures, speedupOf } from "./rollout-figures.ts";
import type { Verdict } from "./verdicts.ts";

export type Headline = { readonly kind: "passed" | "missed" | "unequal"; readonly text: string };

/** The verdict in a line: what a reader takes away in ten seconds. */
export function headlineOf(figures: RolloutFigures, verdicts: readonly Verdict[]): Headline {
  const speedup = figures.asked.forced ? speedupOf(figures) : null;
  const faster = speedup === null ? "" : `${speedup.toFixed(1)}× the sequential speed`;
  if (!isEqual(figures)) {
    const days = figures.compared.days.filter(({ difference }) => difference !== null).length;
    const what = days === 0 ? "page requests are missing or doubled" : `${days} days differ`;
    return { kind: "unequal", text: `Do not roll out: the rows are not equal (${what})` };
  }
  const missed = verdicts.filter(({ ok }) => !ok);
  if (missed.length === 0) {
    return { kind: "passed", text: `Passed: ${faster}, rows equal, every target met` };
  }
  const names = missed.map(({ metric }) => metric).join("; ");
  const met = `${verdicts.length - missed.length} of ${verdicts.length} targets met`;
  const said = ["rows equal", faster, met].filter((part) => part !== "").join(", ");
  return { kind: "missed", text: `Not passed: ${said}. Missed: ${names}` };
}
