import { keyWrites } from "./key-writes.ts";
import type { Operation } from "./memory-dynamo.ts";

/** What a stage is billed for beside its rows, and what its items and partitions bear. */
export type Usage = {
  writeUnits: number;
  readUnits: number;
  messages: number;
  transitions: number;
  events: number;
  invocations: number;
  gigabyteSeconds: number;
  largestRunItem: number;
  largestBatchItem: number;
  largestQuotaItem: number;
  mostHistoryEvents: number;
};

export function scaleUsage(nowMs: () => number) {
  const usage: Usage = {
    writeUnits: 0,
    readUnits: 0,
    messages: 0,
    transitions: 0,
    events: 0,
    invocations: 0,
    gigabyteSeconds: 0,
    largestRunItem: 0,
    largestBatchItem: 0,
    largestQuotaItem: 0,
    mostHistoryEvents: 0,
  };
  const writes = keyWrites();
  const reads = keyWrites();
  return {
    usage,
    writes,
    reads,
    operation({ kind, table, key, sortKey, units, bytes }: Operation): void {
      const counts = kind === "write" ? writes : reads;
      counts.add(`${table} ${key}`, units, nowMs());
      if (kind === "read") {
        usage.readUnits += units;
        return;
      }
      usage.writeUnits += units;
      if (sortKey === "RUN") usage.largestRunItem = Math.max(usage.largestRunItem, bytes);
      else if (table === "quota") usage.largestQuotaItem = Math.max(usage.largestQuotaItem, bytes);
      else if (sortKey.startsWith("BATCH")) {
        usage.largestBatchItem = Math.max(usage.largestBatchItem, bytes);
      }
    },
  };
}

export type ScaleUsage = ReturnType<typeof scaleUsage>;
