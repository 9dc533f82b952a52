import type { BatchUnit } from "../../ledger/batch.ts";
import type { Run } from "../../ledger/run.ts";
import { quarantineProperty } from "../../registry/property.ts";
import type { Registry } from "../../registry/registry.ts";
import { shortened } from "../../request/run-limits.ts";
import type { SettledOutcome } from "./apply-unit-outcome.ts";
import type { WorkPorts } from "./fetch-ports.ts";
import type { TakeWork } from "./take.ts";

/** How long a batch waits after each refusal that may pass; the refusal after these is believed. */
const waitsMs = [15_000, 60_000] as const;

/** Time for the answers that were under way beside the refusal. */
const othersAnswerMs = 1_500;

/**
 * What a unit's refusal for the whole property means. Search Console now and then says no to a
 * property that it has answered a moment before: in a run that has stored units the refusal may
 * pass, and the batch comes back to ask again. Otherwise, and when it stays, nothing of the run can
 * succeed, and a registered property is quarantined.
 */
export async function settleDenial(
  unit: BatchUnit,
  denial: { readonly error: string; readonly askedMs: number },
  { take, progress, stop }: TakeWork,
  { rows, clock, quarantine }: WorkPorts,
): Promise<SettledOutcome> {
  const { error, askedMs } = denial;
  const { siteUrl, from, to, reports, runId } = take.run;

  async function hasAnswered(): Promise<boolean> {
    if (progress.batch().units.some(({ status }) => status === "done")) return true;
    const records = await rows.readUnits({ siteUrl, from, to, reports });
    return records.some((record) => record.runId === runId);
  }

  const refusals = unit.lastError === shortened(error) ? unit.attempts : 0;
  const waitMs = waitsMs[refusals];
  if (waitMs !== undefined) await clock.sleep(othersAnswerMs, stop.signal);
  if (stop.signal.aborted) return { kind: "aborted" };
  if (waitMs !== undefined && (await hasAnswered())) {
    const notBeforeMs = clock.nowMs() + waitMs;
    return { kind: "failed", final: false, error, notBeforeMs, batchWaits: true };
  }
  await quarantine?.(take.run, error, askedMs);
  return { kind: "fatal", error };
}

/**
 * Quarantines a registered property that its account may not read, or does not know. Nothing else
 * is: what another account may not read is no fault of the property, nor is what was asked before
 * somebody resumed it.
 */
export function quarantineDenied(
  registry: Pick<Registry, "changeProperty">,
  nowMs: () => number,
): (run: Pick<Run, "siteUrl" | "accountId">, reason: string, askedMs: number) => Promise<void> {
  return async ({ siteUrl, accountId }, reason, askedMs) => {
    await registry.changeProperty(siteUrl, (property) =>
      property?.accountId === accountId && property.sinceMs <= askedMs
        ? quarantineProperty(property, reason, nowMs())
        : property,
    );
  };
}
