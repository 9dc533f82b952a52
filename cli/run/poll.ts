import { setTimeout as delay } from "node:timers/promises";
import { CommandError } from "../output/errors.ts";

const pollMs = 3_000;
const timeoutMs = 60_000;

/**
 * Retries a read for up to a minute while it fails, because the watched run goes on meanwhile. A
 * CommandError of the read is thrown at once. `again` runs between two reads, and may throw as
 * well. @throws CommandError
 */
export async function pollThroughOutage<Seen>(
  look: () => Promise<Seen>,
  watched: string,
  again: () => Promise<unknown> = () => delay(pollMs),
  nowMs: () => number = Date.now,
): Promise<Seen> {
  for (const giveUpAtMs = nowMs() + timeoutMs; ; ) {
    try {
      return await look();
    } catch (cause) {
      if (cause instanceof CommandError) throw cause;
      if (nowMs() >= giveUpAtMs) {
        const reason = cause instanceof Error ? cause.message : String(cause);
        throw new CommandError(
          `${watched} goes on without this command, which could not see it for a minute: ${reason}`,
          { cause },
        );
      }
    }
    await again();
  }
}
