import { once } from "node:events";
import { connect, createServer } from "node:net";
import { describe, expect, test } from "vitest";
import { keyedRows } from "../../shared/rows/keyed-rows.ts";
import { createPostgresPool, type SqlConnection } from "../../shared/rows/postgres-connection.ts";
import { createPostgresRowStore } from "../../shared/rows/postgres-row-store.ts";
import { generationGraceMs, type RowStore } from "../../shared/rows/row-store.ts";
import { startPostgresServer } from "../support/postgres/postgres-server.ts";
import { pageQuery, sampleRecord, sampleRows, sampleUnit } from "../support/samples/row-samples.ts";
import { startConflictProxy } from "../support/servers/conflict-proxy.ts";

/** Quick pauses: what is tried here is that they are made, not how long they are. */
const timing = { sleep: async () => {}, random: Math.random };

/** Stores, reads, fetches again, clears and sweeps; answers the visible rows and records. */
async function useEverything(store: RowStore) {
  const unit = sampleUnit();
  const query = { siteUrl: unit.siteUrl, from: unit.date, to: unit.date };
  for (const generation of [1, 2, 3]) {
    const rows = sampleRows(3_200, `g${generation}`);
    await store.beginGeneration(unit, generation, 0);
    await store.writeRows(unit, generation, pageQuery, keyedRows(sampleRows(10, "first try")));
    await store.clearGeneration(unit, generation);
    await store.writeRows(unit, generation, pageQuery, keyedRows(rows));
    const record = sampleRecord(unit, generation, [rows]);
    if (generation !== 2) expect(await store.completeUnit(record, 0)).toBe("flipped");
  }
  const swept = [
    await store.sweepGenerations(generationGraceMs),
    await store.sweepGenerations(2 * generationGraceMs),
  ];
  const pages: (string | null)[] = [];
  for await (const row of store.streamRows(query)) pages.push(row.page);
  const records = await store.readUnits(query);
  const purge = { siteUrl: unit.siteUrl, before: null, reports: null, token: 4 };
  const purged = [];
  for await (const step of store.purgeUnits(purge, 0)) purged.push(step);
  return { swept, pages: pages.sort(), records, purged, left: await store.readUnits(query) };
}

function expected() {
  const rows = sampleRows(3_200, "g3");
  return {
    swept: [2, 0],
    pages: rows.map(({ keys }) => keys[0] ?? null).sort(),
    records: [sampleRecord(sampleUnit(), 3, [rows])],
    purged: [{ units: 1, rows: 3_200 }],
    left: [],
  };
}

function expectSame(seen: Awaited<ReturnType<typeof useEverything>>) {
  const { pages, ...rest } = expected();
  const { pages: seenPages, ...seenRest } = seen;
  expect(seenRest).toEqual(rest);
  expect(JSON.stringify(seenPages) === JSON.stringify(pages)).toBe(true);
}

describe("a database that answers 40001", () => {
  test("to the first try of every statement is asked again, and holds the same rows", async () => {
    const server = await startPostgresServer();
    const proxy = await startConflictProxy(server.url);
    const connection = createPostgresPool(proxy.url, 1);
    try {
      const store = await createPostgresRowStore(connection, { timing });
      expectSame(await useEverything(store));
      const kinds = [...proxy.refused.keys()].map((text) => /^\s*(\w+)/.exec(text)?.[1]);
      expect([...new Set(kinds)].sort()).toEqual(
        ["ALTER", "CREATE", "DELETE", "INSERT", "SELECT", "UPDATE", "WITH"].sort(),
      );
    } finally {
      await connection.end();
      await proxy.stop();
      await server.stop();
    }
  });

  test("at the commit of every second change is asked again, and holds the same rows", async () => {
    const server = await startPostgresServer();
    const connection = createPostgresPool(server.url, 1);
    try {
      // The schema first: what conflicts are its rows.
      await createPostgresRowStore(connection, { timing });
      await conflictAtCommit(connection);
      let conflicts = 0;
      const counting: SqlConnection = {
        async query(text, values) {
          try {
            return await connection.query(text, values);
          } catch (error) {
            if (error instanceof Error && "code" in error && error.code === "40001") conflicts += 1;
            throw error;
          }
        },
        end: () => connection.end(),
      };
      expectSame(await useEverything(await createPostgresRowStore(counting, { timing })));
      expect(conflicts).toBeGreaterThan(20);
    } finally {
      await connection.end();
      await server.stop();
    }
  });
});

/**
 * Makes the server itself refuse: a trigger that is deferred to the commit, where the changes are
 * made and all is rolled back. A sequence, which no rollback touches, remembers whose turn it is.
 */
async function conflictAtCommit(connection: SqlConnection): Promise<void> {
  const statements = [
    "CREATE SEQUENCE commits MINVALUE 0 START 0",
    `CREATE FUNCTION conflict() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF current_setting('conflict.passed', true) = 'yes' THEN RETURN NULL; END IF;
      IF nextval('commits') % 2 = 0 THEN
        RAISE EXCEPTION 'change conflicts with another transaction, please retry: (OC000)'
          USING ERRCODE = '40001';
      END IF;
      PERFORM set_config('conflict.passed', 'yes', true);
      RETURN NULL;
    END $$`,
    ...["unit", "generation", "search_row", "purge"].map(
      (table) => `CREATE CONSTRAINT TRIGGER conflict AFTER INSERT OR UPDATE OR DELETE ON ${table}
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION conflict()`,
    ),
  ];
  for (const statement of statements) await connection.query(statement, []);
}

test.each(["reset", "end"] as const)(
  "a connection that breaks while a statement goes on (%s) fails that statement alone",
  async (how) => {
    const server = await startPostgresServer();
    const target = new URL(server.url);
    let breaks = false;
    const proxy = createServer((client) => {
      const upstream = connect(Number(target.port), target.hostname);
      for (const socket of [client, upstream]) socket.on("error", () => {});
      upstream.pipe(client);
      client.on("close", () => upstream.destroy());
      client.on("data", (bytes) => {
        if (!breaks) return upstream.write(bytes);
        breaks = false;
        return how === "reset" ? client.resetAndDestroy() : client.end();
      });
    });
    await once(proxy.listen(0, "127.0.0.1"), "listening");
    const address = proxy.address();
    if (address === null || typeof address === "string") throw new Error("no port");
    const url = new URL(server.url);
    url.port = String(address.port);
    const connection = createPostgresPool(url.href, 1);
    const one = () => connection.query("SELECT 1 AS one", []);
    try {
      expect((await one()).rows).toEqual([{ one: 1 }]);
      breaks = true;
      await expect(one()).rejects.toThrow();
      expect((await one()).rows).toEqual([{ one: 1 }]);
    } finally {
      await connection.end();
      proxy.close();
      await server.stop();
    }
  },
);

test("a row that is there already costs no connection, a statement that is none does", async () => {
  const server = await startPostgresServer();
  const connection = createPostgresPool(server.url, 1);
  const setting = async () => (await connection.query("SHOW work_mem", [])).rows;
  try {
    await connection.query("CREATE TABLE once (n int PRIMARY KEY)", []);
    const insert = () => connection.query("INSERT INTO once VALUES (1)", []);
    await insert();
    // It lasts as long as the connection.
    await connection.query("SET work_mem = '7MB'", []);
    await expect(insert()).rejects.toMatchObject({ code: "23505" });
    expect(await setting()).toEqual([{ work_mem: "7MB" }]);
    await expect(connection.query("SELEC 1", [])).rejects.toMatchObject({ code: "42601" });
    expect(await setting()).not.toEqual([{ work_mem: "7MB" }]);
  } finally {
    await connection.end();
    await server.stop();
  }
});
