import { headlineOf } from "../../shared/rollout/headline.ts";
import type { RolloutFigures } from "../../shared/rollout/rollout-figures.ts";
import type { Verdict } from "../../shared/rollout/verdicts.ts";
import { observedText } from "../rollout/report-format.ts";
import { speedupSentence } from "../rollout/speedup-sentence.ts";
import { paint } from "./style.ts";
import { oneLine } from "./text-width.ts";

const headlineStyles = { passed: "green", missed: "yellow", unequal: "red" } as const;

/** The end of a rollout for the person who waited for it. */
export function rolloutText(
  figures: RolloutFigures,
  verdicts: readonly Verdict[],
  {
    markdown,
    html,
    colour,
  }: { readonly markdown: string; readonly html: string; readonly colour: boolean },
): string {
  const { kind, text } = headlineOf(figures, verdicts);
  const widest = Math.max(...verdicts.map(({ metric }) => metric.length));
  return [
    paint("bold", paint(headlineStyles[kind], text, colour), colour),
    "",
    ...verdicts.map((verdict) => {
      const mark = verdict.ok ? paint("green", "ok    ", colour) : paint("red", "missed", colour);
      return `  ${mark}  ${verdict.metric.padEnd(widest)}  ${observedText(verdict)} (${verdict.target})`;
    }),
    "",
    `  ${speedupSentence(figures)}`,
    `  report: ${oneLine(markdown)}`,
    `          ${oneLine(html)}`,
  ].join("\n");
}
