import { expect, test } from "vitest";
import { poll } from "../../shared/lib/poll.ts";
import { fakeClock } from "../support/fakes/fake-clock.ts";

/** Polls the time since the start, every second for 3.5 s. */
async function polled(enoughMs: number, signal?: AbortSignal) {
  const clock = fakeClock();
  const startMs = clock.nowMs();
  const timing = { pollMs: 1_000, timeoutMs: 3_500, signal };
  const readings: number[] = [];
  const newest = await poll(
    clock,
    timing,
    async () => readings[readings.push(clock.nowMs() - startMs) - 1],
    (reading = 0) => reading >= enoughMs,
  );
  return { newest, readings };
}

test("the first reading that is enough is returned, at once if it is", async () => {
  expect(await polled(2_000)).toEqual({ newest: 2_000, readings: [0, 1_000, 2_000] });
  expect(await polled(0)).toEqual({ newest: 0, readings: [0] });
});

test("after the time-out the newest reading is returned", async () => {
  expect(await polled(9_000)).toMatchObject({ newest: 4_000 });
});

test("when the signal aborts, no other reading is waited for", async () => {
  expect(await polled(9_000, AbortSignal.abort())).toEqual({ newest: 0, readings: [0] });
});
