import type { Limiter } from "./flexible-limiter.ts";

export type ClaimFigures = {
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
};

/** So many claimers at once, each claiming again as soon as it has an answer. */
export async function measureClaims(
  limiter: Limiter,
  claimers: number,
  forMs: number,
): Promise<ClaimFigures> {
  await Promise.all(Array.from({ length: claimers }, () => limiter.claim()));
  const took: number[] = [];
  const startedAt = performance.now();
  await Promise.all(
    Array.from({ length: claimers }, async () => {
      while (performance.now() - startedAt < forMs) {
        const before = performance.now();
        await limiter.claim();
        took.push(performance.now() - before);
      }
    }),
  );
  const passedMs = performance.now() - startedAt;
  took.sort((a, b) => a - b);
  return {
    perSecond: (took.length * 1_000) / passedMs,
    p50: took[Math.floor(took.length * 0.5)] ?? 0,
    p99: took[Math.floor(took.length * 0.99)] ?? 0,
  };
}
