/** The lever as somebody set it; null: back to its default. */
export type SetLever = { readonly atMs: number; readonly lever: number | null };

/** The lever from an instant on. */
export type LeverChange = { readonly atMs: number; readonly lever: number };

/** The newest are kept: they are read with the settings, several times a second. */
const mostKept = 50;

/** Setting it to what it is already changes nothing: its time goes on. */
export function withLeverChange(
  changes: readonly SetLever[],
  lever: number | null,
  atMs: number,
): readonly SetLever[] {
  if (changes.at(-1)?.lever === lever) return changes;
  return [...changes, { atMs, lever }].slice(-mostKept);
}

/** Since when the lever has been what it is at an instant; undefined when that was not recorded. */
export function leverAt(changes: readonly LeverChange[], atMs: number): LeverChange | undefined {
  const before = changes.filter((change) => change.atMs <= atMs);
  const last = before.at(-1);
  if (last === undefined) return undefined;
  const other = before.findLastIndex(({ lever }) => lever !== last.lever);
  return before[other + 1];
}
