import type { z } from "zod";
import type { SqlConnection } from "./postgres-connection.ts";
import { postgresDialect, type SqlDialect } from "./postgres-dialect.ts";
import { RowStoreError, type RowStoreErrorCode } from "./row-store-error.ts";

/** Runs single autocommitted statements; each of ours is safe to repeat. */
export type Sql = {
  readonly dialect: SqlDialect;
  /** Runs a statement; answers how many rows it changed. */
  run(text: string, values?: readonly unknown[]): Promise<number>;
  /** Inserts rows that are all new; "exists" when one is there already, and none was inserted. */
  insertNew(text: string, values: readonly unknown[]): Promise<number | "exists">;
  /** Runs a query and parses its rows. */
  read<T>(schema: z.ZodType<T>, text: string, values?: readonly unknown[]): Promise<T[]>;
};

export type SqlTiming = {
  readonly sleep: (ms: number) => Promise<unknown>;
  /** Uniform in [0, 1). */
  readonly random: () => number;
};

export const maxSqlAttempts = 10;
/** Connections that one statement may lose before the store counts as away. */
export const maxLostConnections = 3;

export function createSql(
  connection: SqlConnection,
  timing: SqlTiming,
  dialect: SqlDialect = postgresDialect,
): Sql {
  async function query(text: string, values: readonly unknown[], runsAgain = isConflict) {
    let lost = 0;
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await connection.query(text, [...values]);
      } catch (error) {
        if (isLostConnection(error)) lost += 1;
        else if (!runsAgain(error)) throw toRowStoreError(error);
        if (attempt === maxSqlAttempts || lost === maxLostConnections) throw toRowStoreError(error);
        await timing.sleep(timing.random() * Math.min(2_000, 20 * 2 ** attempt));
      }
    }
  }
  return {
    dialect,
    run: async (text, values = []) => (await query(text, values)).rowCount ?? 0,
    async insertNew(text, values) {
      try {
        return (await query(text, values, isConcurrent)).rowCount ?? 0;
      } catch (error) {
        if (sqlCode(error) === uniqueViolation) return "exists";
        throw error;
      }
    },
    read: async (schema, text, values = []) =>
      (await query(text, values)).rows.map((row) => schema.parse(row)),
  };
}

/** The SQLSTATE or network code of an error, or "". */
export function sqlCode(error: unknown): string {
  if (error instanceof RowStoreError) return sqlCode(error.cause);
  if (typeof error !== "object" || error === null || !("code" in error)) return "";
  return typeof error.code === "string" ? error.code : "";
}

/** The unique violation is one that two first flips of a unit may meet on the index that is not the arbiter. */
function isConflict(error: unknown): boolean {
  return isConcurrent(error) || sqlCode(error) === uniqueViolation;
}

/** Serialisation failure (Aurora DSQL's optimistic conflicts, OC000 and OC001), deadlock. */
function isConcurrent(error: unknown): boolean {
  return ["40001", "40P01"].includes(sqlCode(error));
}

const uniqueViolation = "23505";

/** The server was there and the connection broke: by a fail-over, a proxy, a restart. */
const lostConnectionCodes = new Set(["57P01", "08003", "08006", "ECONNRESET", "EPIPE"]);

function isLostConnection(error: unknown): boolean {
  if (lostConnectionCodes.has(sqlCode(error))) return true;
  return error instanceof Error && /^Connection terminated( unexpectedly)?$/.test(error.message);
}

function toRowStoreError(error: unknown): RowStoreError {
  const message = error instanceof Error && error.message !== "" ? error.message : sqlCode(error);
  return new RowStoreError(classify(error), `Postgres: ${message}`, error);
}

/**
 * The store became one that takes no rows: read-only, a password or a right that was taken away, a
 * database, schema or table that was dropped, a fault of its own disk. No unit is to blame.
 */
function isUnfit(code: string): boolean {
  return /^(25006|28|3D|3F|42501|42P01|55|58|XX)/.test(code);
}

function classify(error: unknown): RowStoreErrorCode {
  const code = sqlCode(error);
  if (isConflict(error)) return "contention";
  // Classes of https://www.postgresql.org/docs/current/errcodes-appendix.html: connection,
  // resources, operator intervention. E…: the socket's codes; no SQLSTATE starts so.
  if (/^(08|53|57P|E)/.test(code) || isUnfit(code)) return "unavailable";
  // pg's own errors about connections (closed, timed out) carry no code.
  return code === "" && error instanceof Error ? "unavailable" : "refused";
}
