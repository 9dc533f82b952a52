import type { Clock } from "./clock.ts";

/**
 * Reads again and again until a reading is enough, the time is over or the signal aborts. Returns
 * the newest reading, which the caller judges.
 */
export async function poll<Reading>(
  clock: Pick<Clock, "nowMs" | "sleep">,
  timing: {
    readonly pollMs: number;
    readonly timeoutMs: number;
    readonly signal?: AbortSignal | undefined;
  },
  read: () => Promise<Reading>,
  isEnough: (reading: Reading) => boolean,
): Promise<Reading> {
  const { pollMs, timeoutMs, signal } = timing;
  const giveUpAtMs = clock.nowMs() + timeoutMs;
  for (;;) {
    const reading = await read();
    if (isEnough(reading) || signal?.aborted || clock.nowMs() >= giveUpAtMs) return reading;
    await clock.sleep(pollMs, signal);
  }
}
