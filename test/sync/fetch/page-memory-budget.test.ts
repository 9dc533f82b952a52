import { describe, expect, test } from "vitest";
import { type PageSeat, pageMemoryBudget } from "../../../shared/sync/fetch/page-memory-budget.ts";

const never = new AbortController().signal;

/** Enters so many pages, and tells how many are in by now. */
function crowd(room: ReturnType<typeof pageMemoryBudget>, kind: string, count: number) {
  const inside: PageSeat[] = [];
  for (let page = 0; page < count; page += 1) {
    void room.enter(kind, never).then((seat) => inside.push(seat));
  }
  return inside;
}

/** A page that came and went. */
function pass(seat: PageSeat | undefined, bytes: number) {
  seat?.came(bytes);
  seat?.leave();
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

describe("the room for pages", () => {
  test("lets in a few pages of an unknown size, then as many as have room", async () => {
    const room = pageMemoryBudget(300);
    const inside = crowd(room, "large", 10);
    await settled();
    expect(inside).toHaveLength(3);
    for (const seat of [...inside]) pass(seat, 50);
    await settled();
    expect(inside).toHaveLength(3 + 6);
  });

  test("lets in one page, however large its kind is", async () => {
    const room = pageMemoryBudget(100);
    pass(await room.enter("huge", never), 5_000);
    const inside = crowd(room, "huge", 2);
    await settled();
    expect(inside).toHaveLength(1);
    pass(inside[0], 5_000);
    await settled();
    expect(inside).toHaveLength(2);
  });

  test("forgets a large page by and by", async () => {
    const room = pageMemoryBudget(100);
    pass(await room.enter("usually small", never), 100);
    for (let page = 0; page < 40; page += 1) pass(await room.enter("usually small", never), 10);
    const inside = crowd(room, "usually small", 10);
    await settled();
    expect(inside.length).toBeGreaterThanOrEqual(5);
  });

  test("is not taken up by pages that never came", async () => {
    const room = pageMemoryBudget(300);
    const inside = crowd(room, "failing", 3);
    await settled();
    for (const seat of inside) seat.leave();
    const next = crowd(room, "failing", 3);
    await settled();
    expect(next).toHaveLength(3);
  });

  test("holds back nobody whose take must stop", async () => {
    const room = pageMemoryBudget(100);
    pass(await room.enter("large", never), 100);
    await room.enter("large", never);
    const stop = new AbortController();
    const entering = room.enter("large", stop.signal);
    stop.abort();
    (await entering).leave();
  });

  test("counts what has come, not what was expected: an empty day lets in no crowd", async () => {
    const room = pageMemoryBudget(300);
    pass(await room.enter("a quiet day first", never), 1);
    const inside = crowd(room, "a quiet day first", 10);
    await settled();
    expect(inside).toHaveLength(3);
    for (const seat of [...inside]) seat.came(290);
    await settled();
    expect(inside).toHaveLength(3);
    for (const seat of [...inside].slice(0, 2)) seat.leave();
    await settled();
    expect(inside).toHaveLength(3);
  });
});
