import { expect, test } from "vitest";
import { CommandError } from "../../../cli/output/errors.ts";
import { pollThroughOutage } from "../../../cli/run/poll-through-outage.ts";
import { fakeClock } from "../../support/fakes/fake-clock.ts";

/** A look that fails for so long; what came of it, and when. */
async function looked(failsForMs: number, fault: Error, stopAtMs = Number.POSITIVE_INFINITY) {
  const clock = fakeClock();
  const startMs = clock.nowMs();
  const stop = new AbortController();
  const waitedMs = () => clock.nowMs() - startMs;
  const seen = pollThroughOutage(
    async () => {
      if (waitedMs() >= stopAtMs) stop.abort(new CommandError("stopped"));
      if (waitedMs() < failsForMs) throw fault;
      return "seen";
    },
    "the night n",
    stop.signal,
    clock,
  );
  const outcome = await seen.catch((error: unknown) => error);
  return { outcome, waitedMs: waitedMs() };
}

test("failures of less than a minute are borne", async () => {
  const { outcome } = await looked(57_000, new Error("throttled"));
  expect(outcome).toBe("seen");
});

test("after a minute the command ends, and says that what it watched goes on", async () => {
  const { outcome, waitedMs } = await looked(90_000, new Error("throttled"));
  expect(outcome).toBeInstanceOf(CommandError);
  expect(String(outcome)).toMatch(/the night n goes on without this command.*throttled/);
  expect(waitedMs).toBe(60_000);
});

test("what a look refuses itself is refused at once", async () => {
  const refused = new CommandError("the nightly machine ended as FAILED");
  expect(await looked(90_000, refused)).toEqual({ outcome: refused, waitedMs: 0 });
});

test("one that is stopped in between ends with the reason", async () => {
  const { outcome, waitedMs } = await looked(90_000, new Error("throttled"), 6_000);
  expect(outcome).toMatchObject({ message: "stopped" });
  expect(waitedMs).toBe(6_000);
});
