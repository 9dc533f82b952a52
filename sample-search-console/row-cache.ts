import type { Row } from "../shared/request/row.ts";

/** Remembers answers, least recently used first out, up to about `mostRows` rows in all. */
export function rowCache(mostRows: number) {
  const kept = new Map<string, readonly Row[]>();
  let held = 0;
  return (key: string, make: () => readonly Row[]): readonly Row[] => {
    const found = kept.get(key);
    const rows = found ?? make();
    kept.delete(key);
    kept.set(key, rows);
    if (found === undefined) held += rows.length;
    for (const [oldest, oldRows] of kept) {
      if (held <= mostRows || oldest === key) break;
      kept.delete(oldest);
      held -= oldRows.length;
    }
    return rows;
  };
}
