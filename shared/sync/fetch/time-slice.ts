/** After this long a take begins no further unit, so that a batch's duration stays under 5 s. */
const timeSliceMs = 4_000;
const targetMs = 4_500;

/** Whether a take that began `elapsedMs` ago may begin another unit. */
export function mayBeginUnit(elapsedMs: number, longestUnitMs: number): boolean {
  return elapsedMs < Math.min(timeSliceMs, targetMs - longestUnitMs);
}
