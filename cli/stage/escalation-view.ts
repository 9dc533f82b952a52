import type { Canvas } from "../output/views/columns.ts";
import { count, localTime } from "../output/views/format.ts";
import { paint } from "../output/views/style.ts";
import type { Escalation } from "./read-escalations.ts";

/** A line an escalation, and what to do; none when there is nothing to say. */
export function escalationLines(
  escalations: readonly Escalation[],
  nowMs: number,
  { colour }: Pick<Canvas, "colour">,
): readonly string[] {
  if (escalations.length === 0) return [];
  const lines = escalations.map(({ id, says, observed, threshold, from, to, active }) => {
    const time = active
      ? `since ${localTime(Date.parse(from), nowMs)}`
      : `from ${localTime(Date.parse(from), nowMs)} to ${localTime(Date.parse(to), nowMs)}`;
    const figure =
      observed === null ? "" : ` ${count(observed)}, the threshold is ${count(threshold)}.`;
    const line = `  ${active ? "!" : "·"} ${id}, ${time}: ${says}${figure}`;
    return active ? paint("red", line, colour) : line;
  });
  return ["", "Escalate (docs/quick-reference.md):", ...lines];
}
