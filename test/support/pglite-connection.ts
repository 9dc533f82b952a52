import { PGlite } from "@electric-sql/pglite";
import type { SqlConnection } from "../../shared/rows/postgres-connection.ts";

/** An embedded Postgres in this process, in memory, without a wire. */
export async function startPgliteConnection(): Promise<SqlConnection> {
  const database = await PGlite.create();
  return {
    async query(text, values) {
      const { rows, affectedRows } = await database.query(text, values);
      return { rows, rowCount: affectedRows ?? null };
    },
    end: () => database.close(),
  };
}
