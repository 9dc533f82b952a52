import { createPostgresPool } from "../../shared/rows/postgres-connection.ts";
import { openPostgresRowStore } from "../../shared/rows/postgres-row-store.ts";
import { startRealPostgres } from "../../test/support/servers/real-postgres.ts";
import { startBodyServer } from "../support/body-server.ts";
import { type Contender, inTurns } from "../support/in-turns.ts";
import {
  type EngineFigures,
  figuresOf,
  oursName,
  rowsAUnit,
  unitRows,
  urlLength,
} from "./ingest-figures.ts";
import { ingestUnits } from "./our-worker.ts";
import { plainPostgres } from "./plain-postgres.ts";

/** As many as our own pool has. */
const ourConnections = 4;

const units = 8;

/** A real Postgres of this machine, empty, in a process of its own. */
export async function ingestRealPostgres(folder: string, rounds: number): Promise<EngineFigures> {
  const server = await startRealPostgres(folder);
  const bodies = await startBodyServer({ rowsAPage: rowsAUnit, urlLength });
  const { body, rows } = unitRows();
  const store = await openPostgresRowStore(server.url);
  const generations = Array.from({ length: units }, (_, index) => index);
  const plain = plainPostgres(server.url, rows, generations);
  const tables = createPostgresPool(server.url, 1);
  const prepare = async () => {
    await tables.query("TRUNCATE search_row, unit, generation", []);
  };
  let token = 0;
  const contenders: Contender[] = [
    {
      name: oursName,
      prepare,
      run: () => ingestUnits(store, bodies.url, { units, rowsAUnit, token: ++token }),
    },
    { name: "plain upsert", prepare, run: () => plain.upsert(1) },
    {
      name: `plain upsert, ${ourConnections} connections`,
      prepare,
      run: () => plain.upsert(ourConnections),
    },
    { name: "plain insert", prepare, run: () => plain.insert(1) },
    { name: "COPY", prepare, run: () => plain.copy() },
    {
      name: "JSON.parse",
      run: async () => {
        for (const _ of generations) JSON.parse(body);
      },
    },
  ];
  try {
    const measured = await inTurns(contenders, rounds);
    const aims = { "plain upsert": "≥ 0.90", COPY: "≥ 0.60" };
    return figuresOf("postgres", measured, units, aims);
  } finally {
    await Promise.all([store.close(), plain.end(), tables.end(), bodies.stop()]);
    await server.stop();
  }
}
