import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createPostgresPool, type SqlConnection } from "../../shared/rows/postgres-connection.ts";
import { createPostgresRowStore } from "../../shared/rows/postgres-row-store.ts";
import type { RowStore } from "../../shared/rows/row-store.ts";
import { sampleRecord, sampleSite, sampleUnit } from "../support/samples/row-samples.ts";
import { realPostgresFolder, startRealPostgres } from "../support/servers/real-postgres.ts";
import { keptOpen } from "../support/stores/postgres-row-store-backend.ts";

const folder = realPostgresFolder();
const wholeProperty = { siteUrl: sampleSite, before: null, reports: null };

describe.skipIf(folder === undefined)("a flip that began before the purge's tombstone", () => {
  let server: Awaited<ReturnType<typeof startRealPostgres>>;
  let connection: SqlConnection;
  let store: RowStore;
  /** A worker's only connection, on which a transaction can be held open. */
  let held: SqlConnection;
  let worker: RowStore;

  beforeAll(async () => {
    server = await startRealPostgres(folder ?? "");
    connection = createPostgresPool(server.url, 4);
    store = await createPostgresRowStore(connection);
    held = createPostgresPool(server.url, 1);
    worker = await createPostgresRowStore(keptOpen(held), {
      timing: { sleep: () => Promise.reject(new Error("no second try")), random: Math.random },
    });
  });
  afterAll(async () => {
    await held.end();
    await connection.end();
    await server.stop();
  });

  async function purge(token: number): Promise<number> {
    let units = 0;
    for await (const step of store.purgeUnits({ ...wholeProperty, token }, 0)) units += step.units;
    return units;
  }

  const units = () =>
    store.readUnits({ siteUrl: sampleSite, from: sampleUnit(-9).date, to: sampleUnit(99).date });

  test.each([
    { what: "of a unit that is stored", day: 0 },
    { what: "of a unit that never was", day: 1 },
  ])("and commits after it, $what: the purge waits for it", async ({ day }) => {
    const of = sampleUnit(day);
    const token = 10 * (day + 1);
    if (day === 0) {
      await store.beginGeneration(of, token - 5, 0);
      expect(await store.completeUnit(sampleRecord(of, token - 5, []), 0)).toBe("flipped");
    }
    const record = sampleRecord(of, token - 1, []);
    await store.beginGeneration(of, token - 1, 0);
    await held.query("BEGIN", []);
    expect(await worker.completeUnit(record, 0)).toBe("flipped");
    const purging = purge(token);
    await tombstone(token);
    await held.query("COMMIT", []);
    expect(await purging).toBe(1);
    expect(await units()).toEqual([]);
    expect(await store.completeUnit(record, 0)).toBe("superseded");
  });

  test("and sees the database as it was then: it fails, and nothing is visible", async () => {
    for (const day of [2, 3]) {
      const of = sampleUnit(day);
      const token = 20 * day;
      if (day === 2) {
        await store.beginGeneration(of, token - 5, 0);
        await store.completeUnit(sampleRecord(of, token - 5, []), 0);
      }
      await store.beginGeneration(of, token - 1, 0);
      await held.query("BEGIN ISOLATION LEVEL REPEATABLE READ", []);
      await held.query("SELECT 1", []);
      await purge(token);
      await expect(worker.completeUnit(sampleRecord(of, token - 1, []), 0)).rejects.toThrow();
      await held.query("ROLLBACK", []);
      expect(await units()).toEqual([]);
    }
  });

  async function tombstone(token: number): Promise<void> {
    for (;;) {
      const { rows } = await connection.query("SELECT 1 FROM purge WHERE token = $1", [token]);
      if (rows.length > 0) return;
    }
  }
});
