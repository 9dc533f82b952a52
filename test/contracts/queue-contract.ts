import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Queue } from "../simulation/memory-queue.ts";

export type QueueBackend = {
  readonly queue: Queue;
  /** Lets so much time go by. */
  pass(ms: number): Promise<void>;
  /** Bodies of the dead letters. */
  deadLetters(): Promise<readonly string[]>;
  close(): Promise<void>;
};

/** The queue's visibility timeout, and how often a message may be received. */
export const queueLimits = { visibilityMs: 1_000, maxReceives: 3 } as const;

/** What the pipeline relies on of a queue; more than this it does not. */
export function describeQueue(name: string, openQueue: () => Promise<QueueBackend>): void {
  describe(`${name}: the queue contract`, () => {
    let backend: QueueBackend;
    let queue: Queue;

    beforeEach(async () => {
      backend = await openQueue();
      queue = backend.queue;
    });
    afterEach(() => backend.close());

    test("gives what was sent, once, to one receiver", async () => {
      await queue.send("a");
      expect(await queue.receive()).toMatchObject({ body: "a", receives: 1 });
      expect(await queue.receive()).toBeUndefined();
    });

    test("gives each of several messages, in whatever order", async () => {
      for (const body of ["a", "b", "c"]) await queue.send(body);
      const received = [await queue.receive(), await queue.receive(), await queue.receive()];
      expect(received.map((message) => message?.body).sort()).toEqual(["a", "b", "c"]);
    });

    test("gives what nobody has deleted again, when its visibility timeout is over", async () => {
      await queue.send("a");
      const first = await queue.receive();
      await backend.pass(queueLimits.visibilityMs + 200);
      const again = await queue.receive();
      expect(again).toMatchObject({ body: "a", receives: 2, messageId: first?.messageId });
    });

    test("forgets what was deleted", async () => {
      await queue.send("a");
      await queue.delete((await queue.receive())?.receiptHandle ?? "");
      await backend.pass(queueLimits.visibilityMs + 200);
      expect(await queue.receive()).toBeUndefined();
    });

    test("shows a message again as soon as its receiver says", async () => {
      await queue.send("a");
      await queue.changeVisibility((await queue.receive())?.receiptHandle ?? "", 0);
      expect(await queue.receive()).toMatchObject({ body: "a", receives: 2 });
    });

    test("hides a message for as long as its receiver says", async () => {
      await queue.send("a");
      await queue.changeVisibility((await queue.receive())?.receiptHandle ?? "", 3_000);
      await backend.pass(queueLimits.visibilityMs + 200);
      expect(await queue.receive()).toBeUndefined();
    });

    test("gives a message that was sent for later no sooner", async () => {
      await queue.send("a", 1_000);
      expect(await queue.receive()).toBeUndefined();
      await backend.pass(1_200);
      expect(await queue.receive()).toMatchObject({ body: "a" });
    });

    test("sends a message that was received too often to the dead letters", async () => {
      await queue.send("a");
      for (let receives = 1; receives <= queueLimits.maxReceives; receives += 1) {
        const message = await queue.receive();
        expect(message).toMatchObject({ receives });
        await queue.changeVisibility(message?.receiptHandle ?? "", 0);
      }
      expect(await queue.receive()).toBeUndefined();
      expect(await backend.deadLetters()).toEqual(["a"]);
    });
  });
}
