import { keeperClient } from "../../shared/rows/lake/parquet-keeper-client.ts";
import { openParquetRowStore } from "../../shared/rows/lake/parquet-row-store.ts";
import { startBodyServer } from "../support/body-server.ts";
import { inTurns } from "../support/in-turns.ts";
import { startLake } from "../support/start-lake.ts";
import {
  type EngineFigures,
  figuresOf,
  oursName,
  rowsAUnit,
  unitRows,
  urlLength,
} from "./ingest-figures.ts";
import { ingestUnits } from "./our-worker.ts";
import { plainParquet } from "./plain-parquet.ts";

const units = 8;

/** A home's lake: its files stay, each round has a property of its own. */
export async function ingestLake(rounds: number): Promise<EngineFigures> {
  const lake = await startLake();
  const bodies = await startBodyServer({ rowsAPage: rowsAUnit, urlLength });
  const { body, page } = unitRows();
  const { folder, keeper } = lake.place;
  const store = openParquetRowStore(folder, keeperClient(keeper));
  const plain = await plainParquet(page);
  let token = 0;
  try {
    const measured = await inTurns(
      [
        {
          name: oursName,
          run: () => ingestUnits(store, bodies.url, { units, rowsAUnit, token: ++token }),
        },
        { name: "plain files", run: () => plain.write(units) },
        {
          name: "JSON.parse",
          run: async () => {
            for (let unit = 0; unit < units; unit += 1) JSON.parse(body);
          },
        },
      ],
      rounds,
    );
    return figuresOf("lake", measured, units, {});
  } finally {
    await Promise.all([store.close(), plain.end(), bodies.stop()]);
    await lake.stop();
  }
}
