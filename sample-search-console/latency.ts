import { fraction, hash } from "./hash.ts";

/**
 * How long to hold the answer of request number `turn`: log-normal around the median, so that
 * one in twenty takes over twice as long and one in a thousand over four times.
 */
export function latencyOf(seed: number, turn: number, medianMs: number): number {
  if (medianMs === 0) return 0;
  const radius = Math.sqrt(-2 * Math.log(1 - fraction(hash(seed, turn, 1))));
  const normal = radius * Math.cos(2 * Math.PI * fraction(hash(seed, turn, 2)));
  return medianMs * Math.exp(0.45 * normal);
}
