import { describe, expect, test } from "vitest";
import {
  createPageMemoryBudget,
  type PageReservation,
} from "../../../shared/sync/fetch/page-memory-budget.ts";

const never = new AbortController().signal;

/** Reserves room for so many pages; the reservations that were granted so far. */
function crowd(room: ReturnType<typeof createPageMemoryBudget>, kind: string, count: number) {
  const inside: PageReservation[] = [];
  for (let page = 0; page < count; page += 1) {
    void room.reserve(kind, never).then((reservation) => inside.push(reservation));
  }
  return inside;
}

/** A page that arrived and was released. */
function pass(reservation: PageReservation | undefined, bytes: number) {
  reservation?.arrived(bytes);
  reservation?.release();
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

describe("the room for pages", () => {
  test("lets in a few pages of an unknown size, then as many as have room", async () => {
    const room = createPageMemoryBudget(300);
    const inside = crowd(room, "large", 10);
    await settled();
    expect(inside).toHaveLength(3);
    for (const reservation of [...inside]) pass(reservation, 50);
    await settled();
    expect(inside).toHaveLength(3 + 6);
  });

  test("lets in one page, however large its kind is", async () => {
    const room = createPageMemoryBudget(100);
    pass(await room.reserve("huge", never), 5_000);
    const inside = crowd(room, "huge", 2);
    await settled();
    expect(inside).toHaveLength(1);
    pass(inside[0], 5_000);
    await settled();
    expect(inside).toHaveLength(2);
  });

  test("lets nobody in beside a page that grows while it arrives", async () => {
    const room = createPageMemoryBudget(100);
    for (let page = 0; page < 3; page += 1) pass(await room.reserve("small", never), 10);
    const first = await room.reserve("small", never);
    first.arriving(95);
    first.arriving(90);
    const inside = crowd(room, "small", 1);
    await settled();
    expect(inside).toHaveLength(0);
    pass(first, 95);
    await settled();
    expect(inside).toHaveLength(1);
  });

  test("forgets a large page by and by", async () => {
    const room = createPageMemoryBudget(100);
    pass(await room.reserve("usually small", never), 100);
    for (let page = 0; page < 40; page += 1) pass(await room.reserve("usually small", never), 10);
    const inside = crowd(room, "usually small", 10);
    await settled();
    expect(inside.length).toBeGreaterThanOrEqual(5);
  });

  test("is not taken up by pages that never came", async () => {
    const room = createPageMemoryBudget(300);
    const inside = crowd(room, "failing", 3);
    await settled();
    for (const reservation of inside) reservation.release();
    const next = crowd(room, "failing", 3);
    await settled();
    expect(next).toHaveLength(3);
  });

  test("holds back nobody whose take must stop", async () => {
    const room = createPageMemoryBudget(100);
    pass(await room.reserve("large", never), 100);
    await room.reserve("large", never);
    const stop = new AbortController();
    const entering = room.reserve("large", stop.signal);
    stop.abort();
    (await entering).release();
  });

  test("counts what has come, not what was expected: an empty day lets in no crowd", async () => {
    const room = createPageMemoryBudget(300);
    pass(await room.reserve("a quiet day first", never), 1);
    const inside = crowd(room, "a quiet day first", 10);
    await settled();
    expect(inside).toHaveLength(3);
    for (const reservation of [...inside]) reservation.arrived(290);
    await settled();
    expect(inside).toHaveLength(3);
    for (const reservation of [...inside].slice(0, 2)) reservation.release();
    await settled();
    expect(inside).toHaveLength(3);
  });
});
