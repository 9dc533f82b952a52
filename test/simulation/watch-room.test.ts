import { expect, test } from "vitest";
import {
  createPageMemoryBudget,
  unboundedMemory,
} from "../../shared/sync/fetch/page-memory-budget.ts";
import { watchRoom } from "./watch-room.ts";

const never = new AbortController().signal;

/** Four pages of 60 and 40 bytes in turn enter a room of 100; what is said of it. */
async function violationsOf(room: typeof unboundedMemory, signal = never) {
  const violations: string[] = [];
  const watched = watchRoom(room, 100, (what) => violations.push(what));
  for (const bytes of [60, 40, 60, 40]) {
    const entered = watched.reserve("pages", signal);
    const reservation = await Promise.race([
      entered,
      new Promise<null>((full) => setImmediate(full, null)),
    ]);
    reservation?.arrived(bytes);
  }
  return violations;
}

test("a room that holds back whoever has no room is right", async () => {
  expect(await violationsOf(createPageMemoryBudget(100))).toEqual([]);
});

test("a room that lets in whoever comes is wrong, but not for those that must stop", async () => {
  expect(await violationsOf(unboundedMemory)).toEqual([
    "a page of some 60 bytes was let in beside 60, of 100",
    "a page of some 40 bytes was let in beside 100, of 100",
    "a page of some 60 bytes was let in beside 160, of 100",
  ]);
  expect(await violationsOf(unboundedMemory, AbortSignal.abort())).toEqual([]);
});
