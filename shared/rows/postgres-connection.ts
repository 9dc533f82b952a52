import pg from "pg";

/** The part of a Postgres client that rows need; `pg.Pool` is the real one. */
export type SqlConnection = {
  query(text: string, values: unknown[]): Promise<SqlResult>;
  end(): Promise<void>;
};

export type SqlResult = { readonly rows: readonly unknown[]; readonly rowCount: number | null };

/**
 * Connections to a Postgres by URL. Statements stay unnamed (never `name:` in a query): a pooler gives
 * clients in turn the same session, and so does the tests' embedded Postgres.
 */
export function createPostgresPool(url: string, maxConnections = 4): SqlConnection {
  return createPool({ connectionString: url, max: maxConnections });
}

/**
 * A role or a database may have other settings: a date like 31.12.2026, and figures cut to 15 digits.
 * Pins what we depend on for the connection. A pooler that hands statements around may lose it: our
 * own statements read no date as text.
 */
export async function pinSession(client: pg.ClientBase): Promise<void> {
  const pinned = Object.entries({
    datestyle: "ISO, YMD",
    timezone: "UTC",
    extra_float_digits: "1",
  });
  const settings = pinned.map(([name, value]) => `set_config('${name}', '${value}', false)`);
  try {
    await client.query(`SELECT ${settings.join(", ")}`);
  } catch (error) {
    // A server that has no such function has no such settings.
    if (!(error instanceof pg.DatabaseError && /^(0A|42)/.test(error.code ?? ""))) throw error;
  }
}

/** A pool with what all our connections share. */
export function createPool(config: pg.PoolConfig): SqlConnection {
  const pinned = new WeakSet<pg.PoolClient>();
  const pool = new pg.Pool({
    application_name: "gsc-sync",
    // A server that is busy greets late; the tests' embedded one, not before its statement has ended.
    connectionTimeoutMillis: 60_000,
    query_timeout: 120_000,
    keepAlive: true,
    // Aurora DSQL ends a connection after 60 minutes.
    maxLifetimeSeconds: 50 * 60,
    ...config,
  });
  // An idle connection that the server closes must not end the process: the next query reports it.
  pool.on("error", ignore);
  return {
    async query(text, values) {
      const client = await pool.connect();
      // A connection that breaks says so by an event as well: the statement's rejection is enough.
      client.on("error", ignore);
      try {
        if (!pinned.has(client)) await pinSession(client);
        pinned.add(client);
        const result = await client.query(text, values);
        client.off("error", ignore);
        client.release();
        return result;
      } catch (error) {
        const whole = leavesConnectionWhole(error);
        if (whole) client.off("error", ignore);
        client.release(!whole);
        throw error;
      }
    },
    end: () => pool.end(),
  };
}

function ignore(): void {}

/**
 * The statement's own fault: its data (22), a row that is there already (23), a conflict (40). The
 * pool itself would close the connection after any error.
 * https://www.postgresql.org/docs/current/errcodes-appendix.html
 */
function leavesConnectionWhole(error: unknown): boolean {
  return error instanceof pg.DatabaseError && /^(22|23|40)/.test(error.code ?? "");
}
