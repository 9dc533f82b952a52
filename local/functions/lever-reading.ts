export type ReadLever = () => number | Promise<number>;

export type LeverReading = {
  /** Not older than `maxAgeMs`; the last known one when it can't be read. */
  read(): Promise<number>;
  /** The last one read. */
  last(): number;
};

/** The lever is asked before every receive, but need not be read as often. */
export function leverReading(
  readLever: ReadLever,
  { first, maxAgeMs, nowMs }: { first: number; maxAgeMs: number; nowMs: () => number },
): LeverReading {
  let last = first;
  let readAtMs = Number.NEGATIVE_INFINITY;
  return {
    last: () => last,
    async read() {
      if (nowMs() - readAtMs < maxAgeMs) return last;
      readAtMs = nowMs();
      try {
        last = await readLever();
      } catch {
        // A ledger that is away for a moment must not stop the workers, nor add any.
      }
      return last;
    },
  };
}
