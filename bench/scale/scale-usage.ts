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
  mostHistoryEvents: number;
  /** What each kind of item took of the write units, and the bytes of its largest. */
  readonly writeUnitsBy: Record<string, number>;
  readonly largestItems: Record<string, number>;
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
    mostHistoryEvents: 0,
    writeUnitsBy: {},
    largestItems: {},
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
      const [item = ""] = (table === "quota" ? key : sortKey).split("#");
      usage.writeUnitsBy[item] = (usage.writeUnitsBy[item] ?? 0) + units;
      usage.largestItems[item] = Math.max(usage.largestItems[item] ?? 0, bytes);
    },
  };
}

export type ScaleUsage = ReturnType<typeof scaleUsage>;
