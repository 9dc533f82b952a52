import { CfnQueryDefinition } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import { functionNames, resourceNames } from "../shared/config/names.ts";

/** A question to the functions' logs, with what to replace in it. */
export type SavedQuery = { readonly title: string; readonly query: readonly string[] };

/** EMF records and log lines are JSON, so that their fields are there to be asked for. */
export const savedQueries = {
  run: {
    title: "story of a run",
    query: [
      "fields @timestamp, message, batchId, status, outcome, reason, QueueSize, InFlight, BatchDuration, BatchSize",
      '| filter runId = "RUN"',
      "| sort @timestamp asc",
      "| limit 1000",
    ],
  },
  property: {
    title: "story of a property",
    query: [
      "fields @timestamp, message, runId, status, reason, BatchSize, PageRequests, UnitsFailed",
      '| filter siteUrl = "sc-domain:example.com"',
      "| sort @timestamp desc",
      "| limit 1000",
    ],
  },
  errors: {
    title: "newest errors and warnings",
    query: [
      "fields @timestamp, level, message, runId, siteUrl, reason, error.message",
      '| filter level in ["ERROR", "WARN", "CRITICAL"] or @message like /Task timed out|Runtime\\./',
      "| sort @timestamp desc",
      "| limit 50",
    ],
  },
  slowBatches: {
    title: "slowest batches",
    query: [
      "filter ispresent(BatchDuration)",
      "| sort BatchDuration desc",
      "| display @timestamp, BatchDuration, BatchSize, BatchRetries, siteUrl, runId, batchId, status",
      "| limit 50",
    ],
  },
  refusals: {
    title: "refusals by Google",
    query: [
      "filter QuotaExceeded > 0 and ispresent(scope)",
      "| sort @timestamp desc",
      "| display @timestamp, scope, scopeId, reason, retryMs",
      "| limit 200",
    ],
  },
  requestsByProperty: {
    title: "requests and rows of work by property",
    query: [
      "filter ispresent(PageRequests)",
      "| stats sum(PageRequests) as requests, sum(BatchSize) as units, sum(BatchRetries) as retries by siteUrl",
      "| sort requests desc",
      "| limit 100",
    ],
  },
  staleReports: {
    title: "stale reports",
    query: [
      'filter message = "report is stale"',
      "| stats latest(lagDays) as days, latest(newestCompleteDate) as newest by siteUrl, report",
      "| sort days desc",
    ],
  },
} as const satisfies Record<string, SavedQuery>;

/** The queries, saved where Logs Insights lists them, over all functions' logs. */
export class SavedQueries extends Construct {
  constructor(scope: Construct, id: string, { stage }: { readonly stage: string }) {
    super(scope, id);
    const names = resourceNames(stage);
    for (const [key, { title, query }] of Object.entries(savedQueries)) {
      new CfnQueryDefinition(this, key, {
        name: `gsc-sync/${stage}/${title}`,
        queryString: query.join("\n"),
        logGroupNames: functionNames.map((name) => `/aws/lambda/${names.lambdaFunction(name)}`),
      });
    }
  }
}
