import { poll } from "../../shared/lib/poll.ts";
import { systemClock } from "../../shared/lib/system-clock.ts";

/** The drill has failed: the fault did not show, or the rollback had no effect. */
export class DrillFailure extends Error {
  readonly code = "DRILL";

  constructor(message: string) {
    super(message);
    this.name = "DrillFailure";
  }
}

const pollMs = 150;

/** Polls until there is an answer. @throws DrillFailure after `timeoutMs`; the signal's reason */
export async function until<Answer>(
  what: string,
  { timeoutMs, stop }: { readonly timeoutMs: number; readonly stop: AbortSignal },
  look: () => Promise<Answer | undefined>,
): Promise<Answer> {
  const timing = { pollMs, timeoutMs, signal: stop };
  const answer = await poll(systemClock, timing, look, (found) => found !== undefined);
  if (answer !== undefined) return answer;
  stop.throwIfAborted();
  throw new DrillFailure(`waited ${Math.round(timeoutMs / 1_000)} s, and not yet: ${what}`);
}
