import { setImmediate } from "node:timers/promises";
import { describeRowStore } from "../contracts/row-store-contract.ts";
import { sampleReport } from "../support/samples/row-samples.ts";
import { heldRows, type MemoryRows, memoryRowStore } from "../support/stores/memory-row-store.ts";

// The store that other tests stand on must be as strict as the real ones.
describeRowStore("row store in memory, for tests", async () => {
  let held: MemoryRows = new Map();
  const turn = async () => {
    await setImmediate();
  };
  return {
    async emptyStore(findReport) {
      held = new Map();
      return memoryRowStore(held, { findReport, step: turn });
    },
    async dyingStore(calls) {
      let left = calls;
      return memoryRowStore(held, {
        findReport: sampleReport,
        step: async () => {
          left -= 1;
          if (left < 0) throw new Error("the wire broke");
        },
      });
    },
    deathStride: 1,
    unseen: {
      heldRows: async (unit, generation) => heldRows(held, unit, generation),
      severalCallsOfRows: 2,
    },
    fullPage: 25_000,
    stop: async () => {},
  };
});
