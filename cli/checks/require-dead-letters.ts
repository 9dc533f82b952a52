import type { DeadLetter } from "../../shared/operations/dead-letters/dead-letter.ts";
import { UsageError } from "../output/errors.ts";

/** The ids that were asked for, or the ids of all letters. @throws UsageError for an unknown id */
export function requireDeadLetters(
  asked: readonly string[],
  letters: readonly DeadLetter[],
): readonly string[] {
  const known = letters.map(({ letterId }) => letterId);
  const unknown = asked.find((letterId) => !known.includes(letterId));
  if (unknown !== undefined) {
    throw new UsageError(`there is no dead letter ${unknown}: "gsc-sync dlq list" shows them`);
  }
  return asked.length === 0 ? known : asked;
}
