import type { DeadLetter } from "./dead-letter.ts";

/**
 * Messages that nobody could work: those in the dead-letter queue, and those of which only the
 * ledger's copy is left, since a home's queue ends with its owner.
 */
export type DeadLetters = {
  /** About how many; cheap. */
  count(): Promise<number>;
  /** Oldest first. */
  list(): Promise<readonly DeadLetter[]>;
  /** Sends letters to the batch queue again, all or those named; what was sent. */
  redrive(letterIds?: readonly string[]): Promise<readonly DeadLetter[]>;
  /** Deletes letters for good, all or those named; what was deleted. */
  purge(letterIds?: readonly string[]): Promise<readonly DeadLetter[]>;
};
