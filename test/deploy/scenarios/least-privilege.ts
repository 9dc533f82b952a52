import { DeleteTableCommand, DynamoDBClient, GetItemCommand } from "@aws-sdk/client-dynamodb";
import { tableKeys } from "../../../shared/config/names.ts";
import { clientOptions } from "../clients.ts";
import { names } from "../deployed-stage.ts";
import { processesOf } from "../function-processes.ts";
import type { World } from "./world.ts";

/**
 * Uses the credentials that a worker's process was given, those of its role: for what it may do and
 * for what it may not. Without the refusal, that the runs end well would say nothing of permissions.
 */
export async function useWorkersCredentials({ ministack }: World) {
  const [worker] = processesOf(ministack.pid, "fetch-batch");
  if (worker === undefined) throw new Error("there is no worker");
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN } = worker.environment;
  const dynamo = new DynamoDBClient({
    ...clientOptions(ministack),
    credentials: {
      accessKeyId: AWS_ACCESS_KEY_ID ?? "",
      secretAccessKey: AWS_SECRET_ACCESS_KEY ?? "",
      sessionToken: AWS_SESSION_TOKEN ?? "",
    },
  });
  const nothing = { S: "none" };
  const { partitionKey, sortKey } = tableKeys.ledger;
  const outcome = (answer: Promise<unknown>) =>
    answer.then(
      () => "allowed",
      (error: unknown) => (error instanceof Error ? error.name : String(error)),
    );
  try {
    return {
      readsLedger: await outcome(
        dynamo.send(
          new GetItemCommand({
            TableName: names.ledgerTable,
            Key: { [partitionKey]: nothing, [sortKey]: nothing },
          }),
        ),
      ),
      deletesLedger: await outcome(
        dynamo.send(new DeleteTableCommand({ TableName: names.ledgerTable })),
      ),
    };
  } finally {
    dynamo.destroy();
  }
}
