import {
  DescribeExecutionCommand,
  StartExecutionCommand,
  StopExecutionCommand,
} from "@aws-sdk/client-sfn";
import { resourceNames } from "../../shared/config/names.ts";
import { dynamoLedger } from "../../shared/ledger/dynamo-ledger.ts";
import { isEnded, type Run } from "../../shared/ledger/run.ts";
import { dynamoRegistry } from "../../shared/registry/dynamo-registry.ts";
import type { RunRequestInput } from "../../shared/request/run-request.ts";
import { openDynamoRowStore } from "../../shared/rows/dynamo-row-store.ts";
import type { UnitQuery } from "../../shared/rows/row-store.ts";
import { waitUntil } from "../support/wait-until.ts";
import type { Clients } from "./clients.ts";
import { accountId, region } from "./ministack.ts";
import { timeoutMs } from "./patience.ts";

export const names = resourceNames("dev");

export const arns = {
  sync: `arn:aws:states:${region}:${accountId}:stateMachine:${names.stateMachine}`,
  nightly: `arn:aws:states:${region}:${accountId}:stateMachine:${names.nightlyStateMachine}`,
  execution: (name: string) =>
    `arn:aws:states:${region}:${accountId}:execution:${names.stateMachine}:${name}`,
};

export type DeployedStage = Awaited<ReturnType<typeof openDeployedStage>>;

/** A deployed stage, as whoever starts and watches its runs sees it. */
export async function openDeployedStage({ sfn, documents }: Clients) {
  const ledger = dynamoLedger(documents, {
    table: names.ledgerTable,
    defaults: { lever: 3 },
  });
  const rows = await openDynamoRowStore(documents, names.rowsTable);

  async function endedRun(runId: string): Promise<Run> {
    return waitUntil(
      `run ${runId} ends`,
      async () => {
        const run = await ledger.readRun(runId);
        return run !== undefined && isEnded(run.status) && run;
      },
      timeoutMs,
    );
  }
  return {
    ledger,
    rows,
    registry: dynamoRegistry(documents, { table: names.ledgerTable }),
    endedRun,
    /** As the console's "Start execution" does. */
    start: (name: string, input: RunRequestInput) =>
      sfn.send(
        new StartExecutionCommand({
          stateMachineArn: arns.sync,
          name,
          input: JSON.stringify(input),
        }),
      ),
    /** As the console's "Stop execution" does. */
    stop: (name: string) =>
      sfn.send(new StopExecutionCommand({ executionArn: arns.execution(name) })),
    /** The execution's end: its output, or its error. */
    endedExecution: (name: string) =>
      waitUntil(
        `execution ${name} ends`,
        async () => {
          const executionArn = arns.execution(name);
          const found = await sfn.send(new DescribeExecutionCommand({ executionArn }));
          return found.status !== "RUNNING" && found;
        },
        timeoutMs,
      ),
    /** What `rows` prints, a string a row, sorted. */
    async visibleRows(query: UnitQuery) {
      const found: string[] = [];
      for await (const row of rows.streamRows(query)) found.push(JSON.stringify(row));
      return found.sort();
    },
  };
}
