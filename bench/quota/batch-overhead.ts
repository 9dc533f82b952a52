import { setTimeout as delay } from "node:timers/promises";
import type { Limiter } from "./flexible-limiter.ts";

const requests = 50;
const lanes = 5;
const answerMs = 200;
const batches = 3;

export type BatchOverhead = {
  /** A batch's time without quota, with each request claimed just before it, and the difference. */
  readonly bareMs: number;
  readonly claimedMs: number;
  readonly addedMs: number;
  /** One claim for the whole batch. */
  readonly onceMs: number;
};

/** Means over a few batches, in turns, so that neither always has the warm machine. */
export async function batchOverhead(limiter: Limiter): Promise<BatchOverhead> {
  let [bareMs, claimedMs, onceMs] = [0, 0, 0];
  await limiter.claim(requests);
  for (let turn = 0; turn < batches; turn += 1) {
    bareMs += (await batch(async () => {})) / batches;
    claimedMs += (await batch(() => limiter.claim())) / batches;
    onceMs += (await passed(() => limiter.claim(requests))) / batches;
  }
  return { bareMs, claimedMs, addedMs: claimedMs - bareMs, onceMs };
}

/** Milliseconds that a batch takes. */
function batch(before: () => Promise<unknown>): Promise<number> {
  let left = requests;
  const lane = async () => {
    while (left > 0) {
      left -= 1;
      await before();
      await delay(answerMs);
    }
  };
  return passed(() => Promise.all(Array.from({ length: lanes }, lane)));
}

async function passed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}
