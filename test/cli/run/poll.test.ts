import { expect, test } from "vitest";
import { CommandError } from "../../../cli/output/errors.ts";
import { pollThroughOutage } from "../../../cli/run/poll.ts";

/** A look that fails for so long; what came of it, and when. */
async function looked(failsForMs: number, fault: Error) {
  let nowMs = 0;
  const seen = pollThroughOutage(
    async () => {
      if (nowMs < failsForMs) throw fault;
      return "seen";
    },
    "the night n",
    async () => {
      nowMs += 3_000;
    },
    () => nowMs,
  );
  const outcome = await seen.catch((error: unknown) => error);
  return { outcome, nowMs };
}

test("failures of less than a minute are borne", async () => {
  const { outcome } = await looked(57_000, new Error("throttled"));
  expect(outcome).toBe("seen");
});

test("after a minute the command ends, and says that what it watched goes on", async () => {
  const { outcome, nowMs } = await looked(90_000, new Error("throttled"));
  expect(outcome).toBeInstanceOf(CommandError);
  expect(String(outcome)).toMatch(/the night n goes on without this command.*throttled/);
  expect(nowMs).toBe(60_000);
});

test("what a look refuses itself is refused at once", async () => {
  const refused = new CommandError("the nightly machine ended as FAILED");
  expect(await looked(90_000, refused)).toEqual({ outcome: refused, nowMs: 0 });
});
