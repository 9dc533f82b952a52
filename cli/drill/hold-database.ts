import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";

/** A unit takes several statements, and each then waits so long for its turn. */
const holdMs = 1_500;

/**
 * Holds a home's database, again and again, in transactions that do nothing: the embedded Postgres
 * serves one at a time, so whoever stores rows waits. Ended, it lets go.
 */
export async function holdDatabase(url: string): Promise<AsyncDisposable> {
  const client = new pg.Client({ connectionString: url, application_name: "gsc-sync drill" });
  client.on("error", () => {});
  await client.connect();
  const ended = new AbortController();

  async function hold(): Promise<void> {
    while (!ended.signal.aborted) {
      await client.query("BEGIN");
      await delay(holdMs, undefined, { signal: ended.signal }).catch(() => {});
      await client.query("ROLLBACK");
    }
  }

  // A server that has gone is seen by those that need it.
  const holding = hold().catch(() => {});
  return {
    async [Symbol.asyncDispose]() {
      ended.abort();
      await holding;
      await client.end();
    },
  };
}
