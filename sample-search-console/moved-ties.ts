import type { Row } from "../shared/request/row.ts";

/**
 * The same rows, those of equal clicks in another order for another turn: Google promises none, and
 * a row can so stand on two pages, or on neither.
 */
export function movedTies(rows: readonly Row[], turn: number): readonly Row[] {
  const moved: Row[] = [];
  for (let from = 0; from < rows.length; ) {
    let to = from + 1;
    while (to < rows.length && rows[to]?.clicks === rows[from]?.clicks) to += 1;
    const ties = rows.slice(from, to);
    const by = (turn * 7) % ties.length;
    moved.push(...ties.slice(by), ...ties.slice(0, by));
    from = to;
  }
  return moved;
}
