import type { Clock } from "../../shared/lib/clock.ts";
import { errorMessage } from "../../shared/lib/error-message.ts";
import { poll } from "../../shared/lib/poll.ts";
import { systemClock } from "../../shared/lib/system-clock.ts";
import { CommandError } from "../output/errors.ts";

const timing = { pollMs: 3_000, timeoutMs: 60_000 };

/**
 * Retries a read for up to a minute while it fails, because the watched run goes on meanwhile. A
 * CommandError of the read is thrown at once.
 * @throws CommandError; the signal's reason
 */
export async function pollThroughOutage<Seen>(
  look: () => Promise<Seen>,
  watched: string,
  signal?: AbortSignal,
  clock: Pick<Clock, "nowMs" | "sleep"> = systemClock,
): Promise<Seen> {
  const tried = async () => {
    signal?.throwIfAborted();
    try {
      return { seen: await look() };
    } catch (cause) {
      if (cause instanceof CommandError) throw cause;
      return { cause };
    }
  };
  const outcome = await poll(clock, { ...timing, signal }, tried, (each) => "seen" in each);
  if ("seen" in outcome) return outcome.seen;
  signal?.throwIfAborted();
  const { cause } = outcome;
  throw new CommandError(
    `${watched} goes on without this command, which could not see it for a minute: ${errorMessage(cause)}`,
    { cause },
  );
}
