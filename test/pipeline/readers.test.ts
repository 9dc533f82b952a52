import { afterEach, describe, expect, test } from "vitest";
import { parsePacificDate } from "../../shared/request/pacific-date.ts";
import { openPostgresRowStore } from "../../shared/rows/postgres-row-store.ts";
import { aKeptHome } from "../support/homes/kept-home.ts";
import { recentDays } from "../support/samples/recent-days.ts";
import { realPostgresFolder, startRealPostgres } from "../support/servers/real-postgres.ts";
import { startTruthServer } from "../support/servers/truth-server.ts";
import { difference, noDifference, rowsOf, truthRows } from "../support/stores/visible-rows.ts";

const folder = realPostgresFolder();
const why = folder === undefined ? " (skipped: this machine has no Postgres server programs)" : "";

const siteUrl = "sc-domain:example.com";
const dates = recentDays(6);
const range = ["--site-url", siteUrl, "--from", dates[0] ?? "", "--to", dates.at(-1) ?? ""];
/** Some days are written in two chunks; a revision changes the figures of every row, and their number. */
const sizes = (more: number) =>
  Object.fromEntries(
    dates.map((date, index) => [date, (index % 4 === 0 ? 3_100 : 200) + index + more]),
  );

const cleanUps: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

describe.skipIf(folder === undefined)(`readers of a real Postgres${why}`, () => {
  test("see each unit wholly old or wholly new while all are fetched again", {
    timeout: 400_000,
  }, async () => {
    const postgres = await startRealPostgres(folder ?? "");
    cleanUps.push(() => postgres.stop());
    const server = await startTruthServer({ days: sizes(0), latencyMs: 400 });
    cleanUps.push(() => server.stop());
    const home = await aKeptHome({
      GSC_API_ROOT_URL: server.url,
      GSC_SYNC_POSTGRES_URL: postgres.url,
    });
    cleanUps.push(() => home.remove());
    const store = await openPostgresRowStore(postgres.url);
    cleanUps.push(() => store.close());

    expect((await home.run("backfill", ...range)).code).toBe(0);
    const old = truthByDate();
    expect(difference(await rowsOf(home, range), truthRows(server, dates))).toEqual(noDifference);
    server.revise(sizes(70));
    const fresh = truthByDate();

    let syncing = true;
    const resync = home
      .run("backfill", ...range, "--force", "--concurrency", "1", "--json")
      .finally(() => {
        syncing = false;
      });
    let reads = 0;
    let mixedReads = 0;
    async function readAgainAndAgain(readAll: () => Promise<readonly string[]>): Promise<void> {
      while (syncing) {
        const generations = new Set<string>();
        for (const [date, rows] of byDate(await readAll())) {
          generations.add(generationOf(date, rows));
        }
        reads += 1;
        if (generations.size > 1) mixedReads += 1;
      }
    }
    await Promise.all([
      readAgainAndAgain(() => streamed()),
      readAgainAndAgain(() => rowsOf(home, range)),
    ]);
    expect(`${(await resync).code} ${(await resync).json?.units.complete}`).toBe(
      `0 ${dates.length}`,
    );
    console.info(`${reads} reads during the sync, ${mixedReads} of them saw old and new units`);
    expect(mixedReads).toBeGreaterThan(0);
    expect(difference(await rowsOf(home, range), truthRows(server, dates))).toEqual(noDifference);

    function truthByDate(): ReadonlyMap<string, ReadonlySet<string>> {
      return new Map(dates.map((date) => [date, new Set(truthRows(server, [date]))]));
    }

    async function streamed(): Promise<readonly string[]> {
      const [from, to] = [parsePacificDate(dates[0] ?? ""), parsePacificDate(dates.at(-1) ?? "")];
      if (from === undefined || to === undefined) throw new Error("no dates");
      const rows: string[] = [];
      for await (const row of store.streamRows({ siteUrl, from, to }))
        rows.push(JSON.stringify(row));
      return rows;
    }

    function byDate(rows: readonly string[]): ReadonlyMap<string, readonly string[]> {
      const read = new Map<string, string[]>(dates.map((date) => [date, []]));
      for (const row of rows) read.get(JSON.parse(row).date)?.push(row);
      return read;
    }

    function generationOf(date: string, rows: readonly string[]): "old" | "new" {
      const distinct = new Set(rows);
      expect(`${date}: ${rows.length - distinct.size} doubled`).toBe(`${date}: 0 doubled`);
      const is = (truth: ReadonlySet<string> | undefined) =>
        truth !== undefined && distinct.size === truth.size && rows.every((row) => truth.has(row));
      if (is(old.get(date))) return "old";
      if (is(fresh.get(date))) return "new";
      throw new Error(`${date} is neither old nor new: ${distinct.size} rows`);
    }
  });
});
