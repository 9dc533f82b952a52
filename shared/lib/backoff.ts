const firstMs = 500;
const longestMs = 60_000;

/**
 * Wait before attempt `attempts + 1`: exponential with full jitter over its upper half, so that
 * units that failed together do not come back together.
 */
export function backoffMs(attempts: number, random: number): number {
  const ceiling = Math.min(longestMs, firstMs * 2 ** Math.min(attempts - 1, 16));
  return Math.round(ceiling / 2 + (ceiling / 2) * random);
}
