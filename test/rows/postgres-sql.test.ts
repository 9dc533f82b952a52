import { describe, expect, test } from "vitest";
import { z } from "zod";
import {
  createPostgresPool,
  type SqlConnection,
  type SqlResult,
} from "../../shared/rows/postgres-connection.ts";
import { createSql, maxLostConnections, maxSqlAttempts } from "../../shared/rows/postgres-sql.ts";

/** A connection that fails with these in turn, then answers. */
function failingWith(failures: readonly unknown[], answer: SqlResult = { rows: [], rowCount: 7 }) {
  let calls = 0;
  const connection: SqlConnection = {
    async query() {
      calls += 1;
      if (calls <= failures.length) throw failures[calls - 1];
      return answer;
    },
    end: async () => {},
  };
  const sleeps: number[] = [];
  const sql = createSql(connection, {
    random: () => 0.5,
    sleep: async (ms) => sleeps.push(ms),
  });
  return { sql, sleeps, calls: () => calls };
}

function sqlError(code: string, message = "no") {
  return Object.assign(new Error(message), { code });
}

describe("a statement", () => {
  test.each(["40001", "40P01"])(
    "that meets a conflict (%s) is run again after longer and longer pauses",
    async (code) => {
      const { sql, sleeps, calls } = failingWith([1, 2, 3].map(() => sqlError(code)));
      expect(await sql.run("…")).toBe(7);
      expect(calls()).toBe(4);
      expect(sleeps).toEqual([20, 40, 80]);
    },
  );

  test("gives up after a bounded number of conflicts", async () => {
    const { sql, sleeps, calls } = failingWith(Array(50).fill(sqlError("40001")));
    await expect(sql.run("…")).rejects.toMatchObject({ name: "RowStoreError", code: "contention" });
    expect(calls()).toBe(maxSqlAttempts);
    expect(Math.max(...sleeps)).toBeLessThanOrEqual(2_000);
  });

  test.each([
    ["53300", "unavailable"],
    ["ECONNREFUSED", "unavailable"],
    ["28P01", "unavailable"],
    ["25006", "unavailable"],
    ["3D000", "unavailable"],
    ["42501", "unavailable"],
    ["42P01", "unavailable"],
    ["53100", "unavailable"],
    ["58030", "unavailable"],
    ["22021", "refused"],
    ["42703", "refused"],
  ])("that fails with %s is %s, at once, the cause kept", async (code, kind) => {
    const cause = sqlError(code, "what the server said");
    const { sql, calls } = failingWith([cause]);
    await expect(sql.run("…")).rejects.toMatchObject({
      code: kind,
      cause,
      message: expect.stringContaining("what the server said"),
    });
    expect(calls()).toBe(1);
  });

  const lost = [
    new Error("Connection terminated unexpectedly"),
    ...["57P01", "08006", "ECONNRESET", "EPIPE"].map((code) => sqlError(code)),
  ];

  test.each(lost)("whose connection is lost (%s) is run again on another", async (error) => {
    const { sql, calls } = failingWith([error, error]);
    expect(await sql.run("…")).toBe(7);
    expect(calls()).toBe(3);
  });

  test.each(lost)("that loses every connection (%s) finds the store away", async (error) => {
    const { sql, calls } = failingWith(Array(50).fill(error));
    await expect(sql.run("…")).rejects.toMatchObject({ code: "unavailable", cause: error });
    expect(calls()).toBe(maxLostConnections);
  });

  test("that waits for a connection in vain is not tried again: the timeout is over", async () => {
    const { sql, calls } = failingWith(
      Array(2).fill(new Error("Connection terminated due to connection timeout")),
    );
    await expect(sql.run("…")).rejects.toMatchObject({ code: "unavailable" });
    expect(calls()).toBe(1);
  });

  test("answers rows in the expected shape, or fails", async () => {
    const { sql } = failingWith([], { rows: [{ n: 1 }], rowCount: 1 });
    expect(await sql.read(z.object({ n: z.number() }), "…")).toEqual([{ n: 1 }]);
    await expect(sql.read(z.object({ n: z.string() }), "…")).rejects.toThrow();
  });
});

describe("an insert of new rows", () => {
  test("of which one is there already says so, and is not run again", async () => {
    const { sql, calls } = failingWith([sqlError("23505")]);
    expect(await sql.insertNew("…", [])).toBe("exists");
    expect(calls()).toBe(1);
  });

  test("is run again after a conflict; the first try may have stored them", async () => {
    const { sql, calls } = failingWith([sqlError("40001"), sqlError("08006"), sqlError("23505")]);
    expect(await sql.insertNew("…", [])).toBe("exists");
    expect(calls()).toBe(3);
  });

  test("answers how many were inserted, and fails as any statement", async () => {
    expect(await failingWith([]).sql.insertNew("…", [])).toBe(7);
    const { sql } = failingWith([sqlError("22021")]);
    await expect(sql.insertNew("…", [])).rejects.toMatchObject({ code: "refused" });
  });
});

test("a server that is not there is unavailable, without the password in the message", async () => {
  const connection = createPostgresPool("postgres://user:hush@127.0.0.1:1/rows");
  const sql = createSql(connection, { random: () => 0, sleep: async () => {} });
  const failure = await sql.run("SELECT 1").catch((error: unknown) => error);
  await connection.end();
  expect(failure).toMatchObject({ code: "unavailable" });
  expect(String(failure)).not.toContain("hush");
});
