/** Nearest-rank percentile of sorted values; 0 of none. */
export function percentile(sorted: readonly number[], fraction: number): number {
  return sorted[Math.max(Math.ceil(sorted.length * fraction) - 1, 0)] ?? 0;
}
