import { describe, expect, test } from "vitest";
import { RowStoreError } from "../../shared/rows/row-store-error.ts";
import { untilAvailable } from "../../shared/rows/until-available.ts";
import { fakeClock } from "../support/fakes/fake-clock.ts";

describe("work that needs the row store", () => {
  test("is done again while the store does not answer, after longer and longer pauses", async () => {
    const clock = fakeClock(0);
    const tries: number[] = [];
    const answer = await untilAvailable(
      async () => {
        tries.push(clock.nowMs());
        if (tries.length < 5) throw new RowStoreError("unavailable", "waking up");
        return "done";
      },
      clock,
      60_000,
    );
    expect(answer).toBe("done");
    expect(tries).toEqual([0, 500, 1_500, 3_500, 7_500]);
  });

  test("is given up when the timeout is over, with what the store said", async () => {
    const clock = fakeClock(0);
    const away = new RowStoreError("unavailable", "asleep");
    await expect(untilAvailable(() => Promise.reject(away), clock, 10_000)).rejects.toBe(away);
    expect(clock.nowMs()).toBeLessThanOrEqual(10_000);
  });

  test("is not done again for another fault", async () => {
    let tries = 0;
    const newer = new RowStoreError("schema", "the database is newer");
    const work = () => {
      tries += 1;
      return Promise.reject(newer);
    };
    await expect(untilAvailable(work, fakeClock(0), 10_000)).rejects.toBe(newer);
    expect(tries).toBe(1);
  });
});
