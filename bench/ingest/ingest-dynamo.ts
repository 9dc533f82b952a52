import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { startDynamoServer } from "../../local/aws-servers/dynamo-server.ts";
import { createTables } from "../../local/aws-servers/dynamo-tables.ts";
import { localClientOptions, localNames } from "../../local/aws-servers/local-names.ts";
import { documentsOf } from "../../shared/lib/dynamo-documents.ts";
import { openDynamoRowStore } from "../../shared/rows/dynamo-row-store.ts";
import { startBodyServer } from "../support/body-server.ts";
import { inTurns } from "../support/in-turns.ts";
import {
  type EngineFigures,
  figuresOf,
  oursName,
  rowsAUnit,
  unitRows,
  urlLength,
} from "./ingest-figures.ts";
import { ingestUnits } from "./our-worker.ts";
import { plainDynamo } from "./plain-dynamo.ts";

/** DynamoDB's embedded server: its items stay, each round has keys of its own. */
export async function ingestDynamo(rounds: number): Promise<EngineFigures> {
  const server = await startDynamoServer();
  await createTables(server.url);
  const bodies = await startBodyServer({ rowsAPage: rowsAUnit, urlLength });
  const { body, rows } = unitRows();
  const client = new DynamoDBClient(localClientOptions(server.url));
  const documents = documentsOf(client);
  const store = await openDynamoRowStore(documents, localNames.rowsTable);
  let token = 0;
  let plain = async (_requestsAtOnce: number) => {};
  const prepare = async () => {
    token += 1;
    plain = plainDynamo(documents, localNames.rowsTable, rows, [token]);
  };
  try {
    const measured = await inTurns(
      [
        {
          name: oursName,
          prepare,
          run: () => ingestUnits(store, bodies.url, { units: 1, rowsAUnit, token }),
        },
        { name: "plain puts", prepare, run: () => plain(1) },
        { name: "plain puts, 8 at once", prepare, run: () => plain(8) },
        { name: "JSON.parse", run: async () => JSON.parse(body) },
      ],
      rounds,
    );
    return figuresOf("dynamodb", measured, 1, { "plain puts, 8 at once": "≥ 0.90" });
  } finally {
    await store.close();
    client.destroy();
    await bodies.stop();
    await server.stop();
  }
}
