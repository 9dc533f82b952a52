import { isEnded } from "../../shared/ledger/run.ts";
import type { Settings } from "../../shared/ledger/settings.ts";
import { compact } from "../../shared/lib/compact.ts";
import type { KnownScope } from "../../shared/quota/dynamo-quota-list.ts";
import type { AccountSigner, QuotaScope } from "../../shared/quota/quota.ts";
import {
  accountScope,
  accountsOf,
  projectScope,
  propertyScope,
} from "../../shared/quota/scopes.ts";
import { scopeUsage } from "../../shared/quota/window.ts";
import type { StageTables } from "./stage.ts";

/** A scope as `gsc-sync quota` prints it; the JSON contract of the command line. */
export type QuotaLine = {
  readonly scope: QuotaScope["kind"];
  readonly id: string;
  /** Of an account: by whom Google counts it, once its credentials were read. */
  readonly signer?: string;
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
  const [known, settings, runs, signers] = await Promise.all([
    stage.quotaScopes(nowMs),
    stage.ledger.readSettings(),
    stage.ledger.listRuns(20),
    stage.registry.listSigners(),
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
    .flatMap((scope) => idsOf(scope, signers).map((id) => ({ ...scope, id })))
    .map((scope) =>
      quotaLine(scope, {
        settings,
        signers,
        nowMs,
        runQpm: runQpm.get(`${scope.kind} ${scope.id}`),
      }),
    )
    .sort((a, b) => order.indexOf(a.scope) - order.indexOf(b.scope) || a.id.localeCompare(b.id));
}

const order: readonly QuotaScope["kind"][] = ["property", "account", "project"];

/** An account's window is kept under its signer: the ids of the accounts that have it. */
function idsOf({ kind, id }: KnownScope, signers: readonly AccountSigner[]): readonly string[] {
  const alike = signers.filter(({ signer }) => kind === "account" && signer === id);
  return alike.length === 0 ? [id] : alike.map(({ accountId }) => accountId);
}

type Known = {
  readonly settings: Settings;
  readonly signers: readonly AccountSigner[];
  readonly runQpm: number | undefined;
  readonly nowMs: number;
};

function quotaLine({ kind, id, window }: KnownScope, known: Known): QuotaLine {
  const { nowMs, signers } = known;
  const scope = scopeOf(kind, id, known);
  const usage = scopeUsage(window, scope, nowMs);
  const lowered = usage.budget < scope.budget;
  const reason = lowered ? loweredReason(scope.budget, window.standing.budget?.atMs ?? 0) : null;
  const others = kind === "account" ? accountsOf(id, signers).filter((each) => each !== id) : [];
  const alike =
    others.length === 0
      ? null
      : `signs as ${others.join(", ")}: Google counts them as one, the lowest of what is set for them holds`;
  return compact({
    scope: kind,
    id,
    signer: scope.signer,
    used: usage.used,
    budget: usage.budget,
    limit: usage.limit,
    closedUntil: usage.closedUntilMs === null ? null : new Date(usage.closedUntilMs).toISOString(),
    reason: usage.reason ?? reason ?? alike,
  });
}

function scopeOf(
  kind: QuotaScope["kind"],
  id: string,
  { settings, signers, runQpm }: Known,
): QuotaScope {
  switch (kind) {
    case "property":
      return propertyScope(id, settings, runQpm);
    case "account":
      return accountScope(id, settings, runQpm, signers);
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
