export type HottestKey = {
  readonly key: string;
  /** Write units in its busiest second. */
  readonly peak: number;
  /** A second, from its first write to its last. */
  readonly mean: number;
};

/** Write units by partition key and second; a partition takes 1,000 a second. */
export type KeyWrites = {
  add(key: string, units: number, atMs: number): void;
  hottest(): HottestKey;
};

export function keyWrites(): KeyWrites {
  const keys = new Map<string, Counts>();
  return {
    add(key, units, atMs) {
      const second = Math.floor(atMs / 1_000);
      const known = keys.get(key) ?? { first: second, second, units: 0, peak: 0, total: 0 };
      const now = known.second === second ? known.units + units : units;
      const { first, peak, total } = known;
      const next = { first, second, units: now, peak: Math.max(peak, now), total: total + units };
      keys.set(key, next);
    },
    hottest() {
      let hottest: HottestKey = { key: "", peak: 0, mean: 0 };
      for (const [key, { first, second, peak, total }] of keys) {
        if (peak > hottest.peak) hottest = { key, peak, mean: total / (second - first + 1) };
      }
      return hottest;
    },
  };
}

type Counts = {
  readonly first: number;
  /** The newest second, and the units in it. */
  readonly second: number;
  readonly units: number;
  readonly peak: number;
  readonly total: number;
};
