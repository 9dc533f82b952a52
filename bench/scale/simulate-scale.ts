import type { Clock } from "../../shared/lib/clock.ts";
import { sideBySide } from "../../shared/lib/side-by-side.ts";
import { quotaScopes } from "../../shared/quota/scopes.ts";
import { newestFinalDate, oldestKeptDate } from "../../shared/request/date-range.ts";
import { pacificDateAt } from "../../shared/request/pacific-date.ts";
import { dice as diceOf } from "../../test/simulation/dice.ts";
import { newProcess, scheduler as schedulerOf } from "../../test/simulation/scheduler.ts";
import { quotaFloor, type ScopeRequests } from "./quota-floor.ts";
import { scaleGoogle } from "./scale-google.ts";
import { projectId, type StageShape, scaleStage } from "./scale-stage.ts";
import { scaleUsage } from "./scale-usage.ts";
import { virtualWaits } from "./virtual-waits.ts";

export type Scale = StageShape & {
  readonly properties: number;
  /** The properties are dealt out to them in turn. */
  readonly accounts: number;
  /** Runs side by side. */
  readonly atOnce: number;
  readonly latencyMs: number;
};

const startMs = Date.parse("2026-04-01T12:00:00Z");
const reports = ["page_query", "pages", "queries"];

/** The first 16 months of so many properties, three reports each, a run a property. */
export async function simulateScale(scale: Scale) {
  const dice = diceOf(1);
  const scheduler = schedulerOf({ dice, startMs, fate() {}, stepMs: () => 0 });
  const process = newProcess("stage", "stage");
  const clock: Clock = {
    nowMs: () => scheduler.nowMs(),
    random: () => dice.next(),
    sleep: (ms, signal) => scheduler.sleep(process, ms, signal),
  };
  virtualWaits((ms) => clock.sleep(ms));
  const billing = scaleUsage(() => clock.nowMs());
  const google = scaleGoogle(clock, scale.latencyMs);
  const stage = scaleStage(scale, { clock, google, billing });
  const properties = Array.from({ length: scale.properties }, (_, index) => ({
    siteUrl: `sc-domain:property-${String(index).padStart(4, "0")}.example`,
    accountId: `account-${index % scale.accounts}`,
  }));

  let over = false;
  const all = sideBySide(properties, scale.atOnce, async (property, index) => {
    // A thousand take longer than a day: what Google keeps moves on meanwhile.
    const nowMs = clock.nowMs();
    const days = { from: oldestKeptDate(pacificDateAt(nowMs)), to: newestFinalDate(nowMs) };
    const request = { ...property, ...days, reports, concurrency: 5, keepAutoSync: true };
    const status = await stage.sync(`run-${index}`, request);
    if (status !== "complete") throw new Error(`${property.siteUrl} is ${status}`);
  }).finally(() => {
    over = true;
  });
  await Promise.all([all, scheduler.run(() => over)]);

  const seconds = (scheduler.nowMs() - startMs) / 1_000;
  const { requests, latencyMs } = google.seen;
  return {
    scale,
    requests,
    seconds,
    floor: quotaFloor(wantedOf(properties, google.requestsOf)),
    lanesFloorSeconds: latencyMs / 1_000 / (scale.lever * scale.lanes),
    highestMinute: google.highestMinute(),
    takes: stage.takes,
    messagesLeft: stage.left(),
    workersBusy: stage.takes.busyMs / 1_000 / seconds / scale.lever,
    usage: billing.usage,
    hottestWrites: billing.writes.hottest(),
    hottestReads: billing.reads.hottest(),
    steps: scheduler.steps(),
  };
}

function wantedOf(
  properties: readonly { readonly siteUrl: string; readonly accountId: string }[],
  requestsOf: (accountId: string) => number,
): readonly ScopeRequests[] {
  const accounts = new Map(properties.map((property) => [property.accountId, property]));
  let all = 0;
  const wanted: ScopeRequests[] = [];
  for (const [accountId, property] of accounts) {
    const requests = requestsOf(accountId);
    all += requests;
    for (const scope of quotaScopes({ ...property, projectId })) {
      if (scope.kind === "account") wanted.push({ scope, requests });
      if (scope.kind === "project") wanted.push({ scope, requests: all });
    }
  }
  return wanted;
}
