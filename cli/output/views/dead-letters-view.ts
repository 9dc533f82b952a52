import type { DeadLetter } from "../../../shared/operations/dead-letters/dead-letter.ts";
import type { Canvas } from "./columns.ts";
import { localTime } from "./format.ts";
import { table } from "./table.ts";
import { cut } from "./text-width.ts";

/** The characters of a body that are shown. */
const shownBody = 120;

/** One line a letter; what strangers wrote is made safe for a terminal and cut. */
export function deadLettersTable(
  letters: readonly DeadLetter[],
  nowMs: number,
  canvas: Canvas,
): string {
  if (letters.length === 0) return "No dead letters.";
  return table(
    ["letter", "when", "reason", "body"],
    letters.map(({ letterId, atMs, reason, body }) => [
      letterId,
      localTime(atMs, nowMs),
      reason,
      cut(JSON.stringify(body.slice(0, 4 * shownBody)).slice(1, -1), shownBody),
    ]),
    canvas,
  );
}

/** A letter as `--json` prints it. */
export function deadLetterJson({ atMs, ...letter }: DeadLetter) {
  return { ...letter, at: new Date(atMs).toISOString() };
}

/** For `status`; empty when there are none. */
export function deadLetterLines(count: number): readonly string[] {
  if (count === 0) return [];
  const letters = count === 1 ? "1 dead letter" : `${count} dead letters`;
  return [`✖ ${letters}: messages that no worker understood. See: gsc-sync dlq list`];
}
