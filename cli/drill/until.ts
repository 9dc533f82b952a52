import { setTimeout as delay } from "node:timers/promises";

/** The drill has failed: the fault did not show, or the rollback had no effect. */
export class DrillFailure extends Error {
  readonly code = "DRILL";

  constructor(message: string) {
    super(message);
    this.name = "DrillFailure";
  }
}

const pollMs = 150;

/** Polls until there is an answer. @throws DrillFailure after `limitMs`; the signal's reason */
export async function until<Answer>(
  what: string,
  { limitMs, stop }: { readonly limitMs: number; readonly stop: AbortSignal },
  look: () => Promise<Answer | undefined>,
): Promise<Answer> {
  const giveUpAtMs = Date.now() + limitMs;
  for (;;) {
    stop.throwIfAborted();
    const answer = await look();
    if (answer !== undefined) return answer;
    if (Date.now() >= giveUpAtMs) {
      throw new DrillFailure(`waited ${Math.round(limitMs / 1_000)} s, and not yet: ${what}`);
    }
    await delay(pollMs);
  }
}
