import { expect } from "vitest";
import type { Finished, TestHome } from "../support/homes/cli.ts";
import { recentDays } from "../support/samples/recent-days.ts";
import { startTruthServer, type TruthServer } from "../support/servers/truth-server.ts";
import { difference, noDifference, rowsOf, truthRows } from "../support/stores/visible-rows.ts";

/** One day of two pages, one of two chunks, one of none, and small ones. */
export const sizes = [
  ...[40, 25_001, 0, 3_500, 1],
  ...Array.from({ length: 11 }, (_, index) => 20 + index),
];
export const dates = recentDays(sizes.length);
export const pages = sizes.length + 1;

export function rangeOf(siteUrl: string): readonly string[] {
  return ["--site-url", siteUrl, "--from", dates[0] ?? "", "--to", dates.at(-1) ?? ""];
}

export function startTruth(
  options: Partial<Parameters<typeof startTruthServer>[0]> = {},
): Promise<TruthServer> {
  const days = Object.fromEntries(dates.map((date, index) => [date, sizes[index] ?? 0]));
  return startTruthServer({ days, latencyMs: 30, ...options });
}

/** The run is over, complete, and the store shows the server's rows: each once, none else. */
export async function expectWhole(
  home: TestHome,
  server: TruthServer,
  siteUrl: string,
  { code, json, stderr }: Finished,
): Promise<void> {
  expect(`${code} ${json?.status} ${code === 0 ? "" : stderr}`).toBe("0 complete ");
  expect(json.units).toMatchObject({ complete: sizes.length, failed: 0 });
  const rows = await rowsOf(home, rangeOf(siteUrl));
  expect(difference(rows, truthRows(server, dates))).toEqual(noDifference);
}
