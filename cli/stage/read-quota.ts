import { isEnded } from "../../shared/ledger/run.ts";
import type { Settings } from "../../shared/ledger/settings.ts";
import type { KnownScope } from "../../shared/quota/dynamo-quota-list.ts";
import type { QuotaScope } from "../../shared/quota/quota.ts";
import { accountScope, projectScope, propertyScope } from "../../shared/quota/scopes.ts";
import { scopeUsage } from "../../shared/quota/window.ts";
import type { StageTables } from "./stage.ts";

/** A scope as `gsc-sync quota` prints it; the JSON contract of the command line. */
export type QuotaLine = {
  readonly scope: QuotaScope["kind"];
  readonly id: string;
  /** Requests granted in the current window of about a minute. */
  readonly used: number;
  /** Requests granted a minute now. */
  readonly budget: number;
  readonly limit: number;
  /** UTC, ISO 8601. */
  readonly closedUntil: string | null;
  /** Why it is closed, or granted less than is configured. */
  readonly reason: string | null;
};

/** Every scope that was used lately, properties first. */
export async function readQuota(stage: StageTables, nowMs: number): Promise<readonly QuotaLine[]> {
  const [known, settings, runs] = await Promise.all([
    stage.quotaScopes(nowMs),
    stage.ledger.readSettings(),
    stage.ledger.listRuns(20),
  ]);
  const runQpm = new Map(
    runs.flatMap(({ status, siteUrl, accountId, qpm }) =>
      isEnded(status) || qpm === null
        ? []
        : [
            [`property ${siteUrl}`, qpm],
            [`account ${accountId}`, qpm],
          ],
    ),
  );
  return known
    .map((scope) => quotaLine(scope, settings, runQpm.get(`${scope.kind} ${scope.id}`), nowMs))
    .sort((a, b) => order.indexOf(a.scope) - order.indexOf(b.scope) || a.id.localeCompare(b.id));
}

const order: readonly QuotaScope["kind"][] = ["property", "account", "project"];

function quotaLine(
  { kind, id, window }: KnownScope,
  settings: Settings,
  runQpm: number | undefined,
  nowMs: number,
): QuotaLine {
  const scope = scopeOf(kind, id, settings, runQpm);
  const usage = scopeUsage(window, scope, nowMs);
  const lowered = usage.budget < scope.budget;
  const reason = lowered ? loweredReason(scope.budget, window.standing.budget?.atMs ?? 0) : null;
  return {
    scope: kind,
    id,
    used: usage.used,
    budget: usage.budget,
    limit: usage.limit,
    closedUntil: usage.closedUntilMs === null ? null : new Date(usage.closedUntilMs).toISOString(),
    reason: usage.reason ?? reason,
  };
}

function scopeOf(
  kind: QuotaScope["kind"],
  id: string,
  settings: Settings,
  runQpm: number | undefined,
): QuotaScope {
  switch (kind) {
    case "property":
      return propertyScope(id, settings, runQpm);
    case "account":
      return accountScope(id, settings, runQpm);
    case "project":
      return projectScope(id);
    default:
      return kind satisfies never;
  }
}

function loweredReason(configured: number, atMs: number): string {
  const at = `${new Date(atMs).toISOString().slice(0, 16)}Z`;
  return `lowered from ${configured} after Google refused at ${at}; recovers by itself`;
}
