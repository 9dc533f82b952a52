import type { TestHome } from "../homes/cli.ts";
import type { TruthRow, TruthServer } from "../servers/truth-server.ts";

/** What `rows` prints, a string a row, sorted: two of them are equal when the rows are. */
export async function rowsOf(home: TestHome, range: readonly string[]): Promise<readonly string[]> {
  const { stdout, code, stderr } = await home.run("rows", ...range, "--format", "jsonl");
  if (code !== 0) throw new Error(stderr);
  return stdout
    .split("\n")
    .filter((line) => line !== "")
    .sort();
}

/** The server's truth in the form of {@link rowsOf}. */
export function truthRows(server: TruthServer, dates: readonly string[]): readonly string[] {
  return dates.flatMap((date) => server.truth(date).map((row) => shownRow(date, row))).sort();
}

/** A row as `rows` prints it. */
export function shownRow(
  date: string,
  { keys: [page, query], clicks, impressions, ctr, position }: TruthRow,
): string {
  return JSON.stringify({
    date,
    searchType: "web",
    page,
    query,
    country: null,
    device: null,
    searchAppearance: null,
    hour: null,
    clicks,
    impressions,
    ctr,
    position,
  });
}

/** How two lists of {@link rowsOf} differ; all 0 when they are equal. A diff of lists this long takes minutes. */
export function difference(found: readonly string[], truth: readonly string[]) {
  const wanted = new Set(truth);
  const had = new Set(found);
  const missing = truth.filter((row) => !had.has(row));
  const wrong = found.filter((row) => !wanted.has(row));
  return {
    missing: missing.length,
    wrong: wrong.length,
    doubled: found.length - had.size,
    examples: [...missing.slice(0, 2), ...wrong.slice(0, 2)],
  };
}

export const noDifference = { missing: 0, wrong: 0, doubled: 0, examples: [] };
