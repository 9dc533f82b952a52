import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
import middy from "@middy/core";
import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import { readVariable } from "../../shared/config/environment.ts";
import { environmentNames } from "../../shared/config/names.ts";
import { type BatchMessage, parseBatchMessage } from "../../shared/ledger/batch-message.ts";
import { createCachedSettings } from "../../shared/ledger/cached-settings.ts";
import { systemClock } from "../../shared/lib/system-clock.ts";
import {
  deadLetterOf,
  letterAttributes,
} from "../../shared/operations/dead-letters/dead-letter.ts";
import { putLetterCopy } from "../../shared/operations/dead-letters/dynamo-letter-copy.ts";
import { googleAccounts } from "../../shared/registry/google-accounts.ts";
import type { WorkPorts } from "../../shared/sync/fetch/fetch-ports.ts";
import {
  createPageMemoryBudget,
  workerPageBytes,
} from "../../shared/sync/fetch/page-memory-budget.ts";
import { quarantineDenied } from "../../shared/sync/fetch/property-denied.ts";
import type { WorkOutcome } from "../../shared/sync/fetch/take.ts";
import { putBackUnworked, workBatch } from "../../shared/sync/fetch/work-batch.ts";
import { accountSecrets } from "../account-secrets.ts";
import { clientTimeouts } from "../client-timeouts.ts";
import { documents, environment, ledger, logger, telemetry } from "../container.ts";
import { eventBus } from "../event-bus.ts";
import { openRows } from "../open-rows.ts";
import { quota, scopesOf } from "../quota.ts";
import { registry } from "../registry.ts";
import { signers } from "../signers.ts";

const sqs = new SQSClient(clientTimeouts);
const countsTakes = readVariable(environmentNames.countTakes) !== undefined;

const searchConsoleOf = googleAccounts({
  registry,
  rootUrl: environment.searchConsoleRootUrl,
  variable: readVariable,
  secrets: accountSecrets,
});
/** Read again while a take goes on, so that a change reaches it within seconds. */
const settings = createCachedSettings(ledger, {
  first: environment.settings,
  maxAgeMs: 2_000,
  nowMs: Date.now,
});

const pages = createPageMemoryBudget(workerPageBytes);

/** The worker: one message, one take of its batch. */
export const handler = middy<SQSEvent, SQSBatchResponse>()
  .use(injectLambdaContext(logger))
  .handler(async (event) => {
    const batchItemFailures: { itemIdentifier: string }[] = [];
    for (const record of event.Records) {
      const message = parseBatchMessage(record.body);
      try {
        if (message === undefined) await deadLetter(record);
        else await work(message);
      } catch (error) {
        const failure = asError(error);
        logger.error("take failed", { messageId: record.messageId, error: failure });
        // The function itself succeeds: no metric of Lambda's own counts it.
        if (message !== undefined) telemetry.takeFailed(message, failure.message);
        batchItemFailures.push({ itemIdentifier: record.messageId });
      }
    }
    return { batchItemFailures };
  });

async function work(message: BatchMessage): Promise<void> {
  await settings.refresh();
  const known = await ledger.readRun(message.runId);
  if (known === undefined) return;
  const rows = await openRows().catch(asError);
  if (rows instanceof Error) {
    logger.error("the row store does not open", { ...message, error: rows });
    report(message, await putBackUnworked(message, rows, { ledger, clock: systemClock }));
    return;
  }
  const searchConsole = await searchConsoleOf(known.accountId);
  const signedBy = await signers.learn(known.accountId, searchConsole.signer);
  const ports: WorkPorts = {
    ledger,
    eventBus,
    quota,
    quotaEvents: telemetry.quota,
    searchConsole,
    quarantine: quarantineDenied(registry, Date.now),
    rows,
    pageMemoryBudget: pages,
    clock: systemClock,
    scopesOf: (run) => scopesOf(run, settings.last(), signedBy),
    memoryMb: () => Math.round(process.resourceUsage().maxRSS / 1_024),
    unitsAtOnce: environment.unitsAtOnce,
    countsTakes,
  };
  const outcome = await workBatch(message, ports);
  if (report(message, outcome)) telemetry.usage(known, await quota.usage(ports.scopesOf(known)));
}

/** Tells of a take's end; true when it has sent something. */
function report(message: BatchMessage, outcome: WorkOutcome): boolean {
  const { kind, run, batch, token, crashes, outage } = outcome;
  logger.info("take ended", { ...message, take: token, outcome: kind });
  if (outage !== null) telemetry.takeFailed(message, outage);
  if (run === null || kind === "nothing") return false;
  const details = { batchId: message.batchId, status: kind, crashes };
  telemetry.takeEnded(run, details);
  const figures = batch?.takes[token];
  if (figures === undefined) return false;
  telemetry.take(run, figures, details);
  return true;
}

/**
 * Only what nobody can understand: what is to be done stands in the ledger, not in the message. The
 * ledger has its copy first, so that one that is lost on the way is not forgotten.
 */
async function deadLetter(record: SQSRecord): Promise<void> {
  const redriven = record.messageAttributes[letterAttributes.letterId]?.stringValue;
  const letter = deadLetterOf({ ...record, letterId: redriven }, "not a batch message", Date.now());
  const { letterId, reason, atMs } = letter;
  logger.warn("message is not understood: dead-lettered", { messageId: letterId });
  await putLetterCopy(documents, environment.ledgerTable, letter);
  const text = (StringValue: string) => ({ DataType: "String", StringValue });
  await sqs.send(
    new SendMessageCommand({
      QueueUrl: environment.deadLetterQueueUrl,
      MessageBody: record.body,
      MessageAttributes: {
        [letterAttributes.letterId]: text(letterId),
        [letterAttributes.reason]: text(reason),
        [letterAttributes.at]: text(new Date(atMs).toISOString()),
      },
    }),
  );
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}
