import { headlineOf } from "../../shared/operations/rollout/headline.ts";
import type { RolloutFigures } from "../../shared/operations/rollout/rollout-figures.ts";
import type { Verdict } from "../../shared/operations/rollout/verdicts.ts";
import { paint } from "../output/views/style.ts";
import { oneLine } from "../output/views/text-width.ts";
import { observedText } from "./report-format.ts";
import { speedupSentence } from "./speedup-sentence.ts";

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
