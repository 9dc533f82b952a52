import { describeQueue, queueLimits } from "../contracts/queue-contract.ts";
import { memoryQueue } from "./memory-queue.ts";

// The queue that the simulation stands on must be as the real one.
describeQueue("memory", async () => {
  let nowMs = 0;
  const queue = memoryQueue({ nowMs: () => nowMs, ...queueLimits });
  return {
    queue,
    async pass(ms) {
      nowMs += ms;
    },
    deadLetters: async () => queue.deadLetters(),
    close: async () => {},
  };
});
