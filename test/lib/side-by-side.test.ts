import { expect, test } from "vitest";
import { sideBySide } from "../../shared/lib/side-by-side.ts";

test("items are asked for when their turn has come, and answered in their order", async () => {
  let asked = 0;
  let atOnce = 0;
  const most = { atOnce: 0, ahead: 0 };
  function* items() {
    for (; asked < 20; ) yield asked++;
  }
  const answers = await sideBySide(items(), 3, async (item, index) => {
    atOnce += 1;
    most.atOnce = Math.max(most.atOnce, atOnce);
    most.ahead = Math.max(most.ahead, asked - index);
    // Some take longer than those that begin after them.
    for (let turn = 0; turn < item % 4; turn += 1) await Promise.resolve();
    atOnce -= 1;
    return item * 10 + index;
  });
  expect(answers).toEqual(Array.from({ length: 20 }, (_, index) => index * 11));
  expect(most).toEqual({ atOnce: 3, ahead: 1 });
});

test("after a failure nothing more begins, and what had begun ends first", async () => {
  const ended: unknown[] = [];
  const first = Promise.withResolvers<void>();
  function* items() {
    try {
      yield* [0, 1, 2, 3, 4];
    } finally {
      ended.push("the items");
    }
  }
  const work = sideBySide(items(), 2, async (item) => {
    if (item === 1) throw new Error("the second");
    await first.promise;
    ended.push(item);
  });
  first.resolve();
  await expect(work).rejects.toThrow("the second");
  expect(ended).toEqual([0, "the items"]);
});

test("items that cannot be made fail it too", async () => {
  function* items() {
    yield 1;
    throw new Error("no second");
  }
  await expect(sideBySide(items(), 2, async (item) => item)).rejects.toThrow("no second");
});
