/**
 * A budget or burst that Google has shown to be too high: granted is `to` at `atMs`, then more and
 * more, until what is configured is reached after `recoveryMs`.
 */
export type Lowering = {
  readonly to: number;
  readonly atMs: number;
  readonly recoveryMs: number;
};

/** How fast a lowering is forgotten: the first one, and the longest after repeated ones. */
export type RecoveryRule = { readonly firstMs: number; readonly longestMs: number };

/**
 * What may be granted at `nowMs`, where `full` is configured. The way back is a cubic curve: flat
 * around the value that was found, steep once it has proved too low. So a limit that really is
 * lower is met seldom, and one that was lower for a moment costs an hour, not a day.
 */
export function loweredAt(lowering: Lowering | null, full: number, nowMs: number): number {
  if (lowering === null || lowering.to >= full) return full;
  const passed = (nowMs - lowering.atMs) / lowering.recoveryMs;
  const share = Math.min(Math.max(passed, 0), 1) ** 3;
  return Math.floor(lowering.to + (full - lowering.to) * share);
}

/** Lowered again before the last lowering was forgotten, the next one lasts twice as long. */
export function lowered(
  earlier: Lowering | null,
  to: number,
  rule: RecoveryRule,
  nowMs: number,
): Lowering {
  const forgotten = earlier === null || nowMs >= earlier.atMs + earlier.recoveryMs;
  const recoveryMs = forgotten ? rule.firstMs : Math.min(earlier.recoveryMs * 2, rule.longestMs);
  return { to, atMs: nowMs, recoveryMs };
}
