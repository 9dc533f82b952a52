import type { FaultKind } from "./faults.ts";
import { createRollingMinute } from "./rolling-minute.ts";

export type SeenRequest = {
  readonly siteUrl: string;
  /** The first date asked for; null when the body could not be read. */
  readonly date: string | null;
  readonly startRow: number | null;
  /** When it arrived (epoch ms). */
  readonly atMs: number;
  readonly status: number;
  /** What was done to the answer on demand. */
  readonly fault?: FaultKind;
};

export type SeenProperty = {
  requests: number;
  /** Answered with 403 or 429 because of the quota. */
  refusals: number;
  /** Most requests that arrived within any 60 seconds, refused ones included. */
  highestRollingMinute: number;
};

export type Seen = {
  readonly requests: number;
  readonly refusals: number;
  /** Queries that have arrived and are not answered yet. */
  readonly underWay: number;
  /** Connections that clients opened. */
  readonly connections: number;
  readonly properties: Readonly<Record<string, SeenProperty>>;
  /** The last 100,000, oldest first. */
  readonly list: readonly SeenRequest[];
};

/** Counts what arrives; `read` gives a copy. */
export function seenRequests() {
  const minute = createRollingMinute();
  const properties = new Map<string, SeenProperty>();
  let list: SeenRequest[] = [];
  let connections = 0;
  let underWay = 0;

  const propertyOf = (siteUrl: string): SeenProperty => {
    const found = properties.get(siteUrl);
    if (found !== undefined) return found;
    const made = { requests: 0, refusals: 0, highestRollingMinute: 0 };
    properties.set(siteUrl, made);
    return made;
  };

  return {
    connect() {
      connections += 1;
    },
    begin() {
      underWay += 1;
    },
    end() {
      underWay -= 1;
    },
    arrive(siteUrl: string, nowMs: number) {
      const property = propertyOf(siteUrl);
      property.requests += 1;
      const now = minute.arrive(siteUrl, nowMs);
      property.highestRollingMinute = Math.max(property.highestRollingMinute, now);
    },
    refuse(siteUrl: string) {
      propertyOf(siteUrl).refusals += 1;
    },
    answered(request: SeenRequest) {
      list.push(request);
      if (list.length >= 2 * mostListed) list = list.slice(-mostListed);
    },
    read(): Seen {
      const all = [...properties.values()];
      return {
        requests: all.reduce((sum, property) => sum + property.requests, 0),
        refusals: all.reduce((sum, property) => sum + property.refusals, 0),
        underWay,
        connections,
        properties: Object.fromEntries(
          [...properties].map(([siteUrl, property]) => [siteUrl, { ...property }]),
        ),
        list: list.slice(-mostListed),
      };
    },
  };
}

const mostListed = 100_000;
