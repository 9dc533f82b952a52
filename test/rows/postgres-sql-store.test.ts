import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { postgresSqlStore } from "../../shared/rows/postgres-sql-store.ts";
import type { SqlStore } from "../../shared/rows/sql-store.ts";
import { startPostgresServer } from "../support/postgres/postgres-server.ts";
import { realPostgresFolder, startRealPostgres } from "../support/servers/real-postgres.ts";

type Server = { readonly url: string; stop(): Promise<void> };

function describeStore(name: string, start: () => Promise<Server>) {
  describe(name, () => {
    let server: Server;
    let store: SqlStore;

    beforeAll(async () => {
      server = await start();
      const opened = postgresSqlStore({ kind: "postgres", url: server.url });
      if (opened === null) throw new Error("a Postgres answers SQL");
      store = opened;
    });
    afterAll(() => server.stop());

    async function allRows(query: string) {
      const { columns, rows } = await store.ask(query);
      const all: (readonly unknown[])[] = [];
      for await (const row of rows) all.push(row);
      return { columns, rows: all };
    }

    test("answers the columns with their types, and the rows in their order", async () => {
      const query =
        "select 7::bigint as n, 'x'::text as word, date '2026-01-31' as day, null as none";
      expect(await allRows(query)).toEqual({
        columns: [
          { name: "n", type: "int8" },
          { name: "word", type: "text" },
          { name: "day", type: "date" },
          { name: "none", type: "text" },
        ],
        rows: [[7, "x", "2026-01-31", null]],
      });
    });

    test("answers the columns of no rows", async () => {
      const columns = [{ name: "n", type: "int4" }];
      expect(await allRows("select 1 as n where false")).toEqual({ columns, rows: [] });
    });

    test("a number that no double can hold is text", async () => {
      const { rows } = await allRows("select 9007199254740993::bigint, 1.5::numeric");
      expect(rows).toEqual([["9007199254740993", 1.5]]);
    });

    test("gives every row to a slow reader", async () => {
      const { rows } = await store.ask("select i from generate_series(1, 20000) as i");
      let sum = 0;
      for await (const [i] of rows) {
        if (Number(i) % 1_000 === 0) await new Promise(setImmediate);
        sum += Number(i);
      }
      expect(sum).toBe(20_000 * 10_001 - 10_000);
    });

    test("a reader may stop early, and ask again", async () => {
      const { rows } = await store.ask("select i from generate_series(1, 100000) as i");
      for await (const row of rows) {
        expect(row).toEqual([1]);
        break;
      }
      expect((await allRows("select 2 as two")).rows).toEqual([[2]]);
    });

    test.each([
      ["statement", "select nothing_of_the_kind"],
      ["statement", "select 1/0"],
      ["statement", "select 1; select 2"],
      ["read-only", "create table t (i integer)"],
    ])("says of what kind the fault is: %s, %s", async (code, query) => {
      await expect(allRows(query)).rejects.toMatchObject({ name: "SqlError", code });
    });

    test("an abort ends the reading", async () => {
      const stop = new AbortController();
      const { rows } = await store.ask(
        "select i from generate_series(1, 100000) as i",
        stop.signal,
      );
      const read = async () => {
        for await (const [i] of rows) if (i === 10) stop.abort(new Error("enough"));
      };
      await expect(read()).rejects.toThrow("enough");
      await expect(store.ask("select 1", stop.signal)).rejects.toThrow("enough");
    });
  });
}

describeStore("the embedded Postgres", startPostgresServer);

const folder = realPostgresFolder();
describe.skipIf(folder === undefined)("with the server's own programs", () => {
  describeStore("a Postgres server", () => startRealPostgres(folder ?? ""));
});

test("a server that is not there is the store's fault", async () => {
  const store = postgresSqlStore({ kind: "postgres", url: "postgres://127.0.0.1:9/postgres" });
  await expect(store?.ask("select 1")).rejects.toMatchObject({ code: "store" });
});

test("DynamoDB answers no SQL", () => {
  expect(postgresSqlStore({ kind: "dynamodb", table: "rows" })).toBeNull();
});
