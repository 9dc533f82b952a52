import { on } from "node:events";
import pg from "pg";
import type { RowsPlace } from "../config/rows-place.ts";
import { pinSession } from "./postgres-connection.ts";
import { dsqlClientConfig } from "./postgres-dsql-connection.ts";
import { type SqlAnswer, SqlError, type SqlErrorCode, type SqlStore } from "./sql-store.ts";

/** SQL on the Postgres of a place; null where the rows are not in Postgres. */
export function postgresSqlStore(place: RowsPlace): SqlStore | null {
  switch (place.kind) {
    case "postgres":
      return sqlStore({ connectionString: place.url });
    case "dsql":
      return sqlStore(dsqlClientConfig(place));
    case "dynamodb":
    case "lake":
      return null;
    default:
      return place satisfies never;
  }
}

/** Each statement has a connection of its own. */
function sqlStore(config: pg.ClientConfig): SqlStore {
  return {
    async ask(query, signal) {
      const client = new pg.Client({ ...config, application_name: "gsc-sync sql" });
      client.on("error", () => {});
      try {
        signal?.throwIfAborted();
        await client.connect();
        await pinSession(client);
        await client.query("BEGIN READ ONLY");
        return await answerOf(client, query, signal);
      } catch (error) {
        await client.end().catch(() => {});
        throw sqlError(error, signal);
      }
    },
  };
}

async function answerOf(
  client: pg.Client,
  text: string,
  signal: AbortSignal | undefined,
): Promise<SqlAnswer> {
  // The extended protocol takes one statement and no more: nothing can end the read-only block
  // and go on.
  const config = { text, rowMode: "array" as const, queryMode: "extended", types };
  const { stream } = client.connection;
  // A slow reader stops the server, instead of filling the memory.
  const running = Object.assign(new pg.Query<unknown[]>(config), {
    pause: () => stream.pause(),
    resume: () => stream.resume(),
  });
  // The iterator reports the error; of a statement that was ended early nobody wants it.
  running.on("error", () => {});
  let result: pg.QueryArrayResult | undefined;
  running.on("row", (_, of) => {
    result ??= of;
  });
  running.on("end", (of) => {
    result ??= of;
  });
  const events = on(running, "row", {
    close: ["end"],
    highWaterMark: 1_000,
    ...(signal && { signal }),
  });
  client.query(running);
  const first = await events.next();

  async function* rows(): AsyncGenerator<readonly unknown[]> {
    try {
      if (!first.done) yield first.value[0];
      for await (const [row] of events) yield row;
    } catch (error) {
      throw sqlError(error, signal);
    } finally {
      // Of a connection whose statement still runs, the client closes the socket.
      await client.end().catch(() => {});
    }
  }
  const columns = (result?.fields ?? []).map(({ name, dataTypeID }) => ({
    name,
    type: typeName(dataTypeID),
  }));
  return { columns, rows: rows() };
}

function typeName(oid: number): string {
  const found = Object.entries(pg.types.builtins).find(([, builtin]) => builtin === oid);
  return found?.[0].toLowerCase() ?? "unknown";
}

/** Numbers are numbers where they fit, days are text as written; pg parses all else. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: "text" | "binary") => {
    if (oid === pg.types.builtins.DATE) return (value: string) => value;
    if (oid === pg.types.builtins.INT8 || oid === pg.types.builtins.NUMERIC) return numberOrText;
    return pg.types.getTypeParser(oid, format);
  },
};

function numberOrText(value: string): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) || !/^-?\d+$/.test(value) ? number : value;
}

/** An abort is rethrown as it is. */
function sqlError(error: unknown, signal: AbortSignal | undefined): unknown {
  return signal?.aborted ? signal.reason : new SqlError(sqlErrorCode(error), error);
}

/** Classes 42 and 22 are faults of the query; 25006 is a statement that would write. */
function sqlErrorCode(error: unknown): SqlErrorCode {
  const code = error instanceof pg.DatabaseError ? (error.code ?? "") : "";
  if (code === "25006") return "read-only";
  return code.startsWith("42") || code.startsWith("22") ? "statement" : "store";
}
