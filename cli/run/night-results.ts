import type { Ledger } from "../../shared/ledger/ledger.ts";
import { sideBySide } from "../../shared/lib/side-by-side.ts";
import type { Property } from "../../shared/registry/property.ts";
import { failureText } from "../../shared/sync/end/close-run.ts";
import { nightByHand, nightRunNames } from "../../shared/sync/plan/plan-night.ts";
import { whySkipped } from "../../shared/sync/plan/plan-sync.ts";
import type { SyncedProperty } from "../output/views/sync-view.ts";
import type { StageRuns } from "../stage/stage.ts";
import { readRunState } from "./run-snapshot.ts";

const propertiesAtOnce = 20;

/**
 * The nightly sync's runs so far, each with its property, without those that were reported already.
 * A property without a run is left out.
 */
export async function nightRuns(
  { ledger }: { readonly ledger: Ledger },
  properties: readonly Property[],
  execution: string,
  shown: ReadonlySet<string> = new Set(),
): Promise<readonly SyncedProperty[]> {
  const night = nightByHand(execution);
  const each = await sideBySide(properties, propertiesAtOnce, async ({ siteUrl, accountId }) => {
    const names = nightRunNames(night, siteUrl).filter((name) => !shown.has(name));
    const states = await Promise.all(names.map((name) => readRunState(ledger, name)));
    return states.flatMap((state): readonly SyncedProperty[] => {
      if (state === undefined) return [];
      const { summary: run } = state;
      return [{ siteUrl, accountId, status: run.status, reason: run.reason, run }];
    });
  });
  return each.flat();
}

/**
 * The results of a nightly sync that was started by hand and has ended: each property's runs. A
 * property without a run was skipped, or its execution failed before there was one.
 */
export async function nightResults(
  stage: StageRuns,
  properties: readonly Property[],
  execution: string,
): Promise<readonly SyncedProperty[]> {
  const runs = Map.groupBy(await nightRuns(stage, properties, execution), ({ siteUrl }) => siteUrl);
  const each = await sideBySide(properties, propertiesAtOnce, async (property) => {
    const { siteUrl, accountId } = property;
    const known = runs.get(siteUrl);
    if (known !== undefined) return known;
    const outcome = await withoutRun(stage, property, nightByHand(execution));
    return [{ siteUrl, accountId, ...outcome, run: null }];
  });
  return each.flat();
}

async function withoutRun(
  stage: StageRuns,
  property: Property,
  night: string,
): Promise<Pick<SyncedProperty, "status" | "reason">> {
  if (property.status !== "active") return { status: "skipped", reason: whySkipped(property) };
  for (const name of nightRunNames(night, property.siteUrl)) {
    const child = await stage.executions.describe(name);
    if (child === undefined || child.status === "SUCCEEDED") continue;
    const { status, error = "", cause = "" } = child;
    if (status === "RUNNING") return { status: "planned", reason: "its run is being planned" };
    const why = error || cause ? failureText({ Error: error, Cause: cause }) : `${status}`;
    return { status: "failed", reason: `its execution ${name} ended without a run: ${why}` };
  }
  const reason = "no work, or another run syncs it: the log of list-properties says which";
  return { status: "skipped", reason };
}
