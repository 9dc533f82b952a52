import type { Batch } from "../../../shared/ledger/batch.ts";
import type { Ledger } from "../../../shared/ledger/ledger.ts";
import { type SetLever, withLeverChange } from "../../../shared/ledger/lever-changes.ts";
import type { PropertyLock } from "../../../shared/ledger/property-lock.ts";
import type { Run } from "../../../shared/ledger/run.ts";
import {
  type SetSettings,
  type Settings,
  settingsOver,
  withChange,
} from "../../../shared/ledger/settings.ts";
import type { WorkerSlots } from "../../../shared/ledger/worker-slots.ts";

/** The ledger in memory: the same transitions, no store. For tests and simulation. */
export function memoryLedger(settings: Settings, nowMs: () => number = () => 0): Ledger {
  let set: SetSettings = {};
  let slots: WorkerSlots = {};
  let leverChanges: readonly SetLever[] = [];
  const runs = new Map<string, Run>();
  const batches = new Map<string, Batch>();
  const tokens = new Map<string, number>();
  const locks = new Map<string, PropertyLock>();
  const batchKey = (batch: { runId: string; batchId: string }) => `${batch.runId}/${batch.batchId}`;

  return {
    async createRun(run) {
      if (runs.has(run.runId)) return "exists";
      runs.set(run.runId, run);
      return "created";
    },
    async readRun(runId) {
      return runs.get(runId);
    },
    async listRuns(limit) {
      return [...runs.values()].sort((a, b) => b.startedAtMs - a.startedAtMs).slice(0, limit);
    },
    async changeRun(runId, transition) {
      const run = runs.get(runId);
      if (run === undefined) return undefined;
      const decision = transition(run);
      if (decision.run !== null) runs.set(runId, decision.run);
      return { run: decision.run ?? run, answer: decision.answer };
    },
    async putBatches(plan) {
      for (const batch of plan) {
        const token = batches.get(batchKey(batch))?.token ?? 0;
        if (token > batch.token) return "lost";
        batches.set(batchKey(batch), batch);
      }
      return "saved";
    },
    async readBatch(runId, batchId) {
      return batches.get(batchKey({ runId, batchId }));
    },
    async fenceBatch(runId, batchId, token) {
      const key = batchKey({ runId, batchId });
      const stored = batches.get(key);
      if (stored === undefined) return undefined;
      if (stored.token > token) return "lost";
      const fenced = { ...stored, token };
      batches.set(key, fenced);
      return fenced;
    },
    async readBatches(runId) {
      return [...batches.values()]
        .filter((batch) => batch.runId === runId)
        .sort((a, b) => a.batchId.localeCompare(b.batchId));
    },
    async saveBatch(batch) {
      const stored = batches.get(batchKey(batch));
      if (stored !== undefined && stored.token > batch.token) return "lost";
      batches.set(batchKey(batch), batch);
      return "saved";
    },
    async nextToken(siteUrl, nowMs) {
      const token = Math.max((tokens.get(siteUrl) ?? 0) + 1, nowMs);
      tokens.set(siteUrl, token);
      return token;
    },
    async readLock(siteUrl) {
      return locks.get(siteUrl) ?? { holders: {} };
    },
    async changeLock(siteUrl, decide) {
      const decision = decide(locks.get(siteUrl) ?? { holders: {} });
      if (decision.kind === "changed") locks.set(siteUrl, decision.lock);
      return decision;
    },
    async changeWorkerSlots(decide) {
      const decided = decide(slots);
      slots = decided ?? slots;
      return decided !== null;
    },
    async readSettings() {
      return settingsOver(settings, set);
    },
    async readSetSettings() {
      return set;
    },
    async changeSettings(change) {
      set = withChange(set, change);
      leverChanges = withLeverChange(leverChanges, set.lever ?? null, nowMs());
      return settingsOver(settings, set);
    },
    async readLeverChanges() {
      return leverChanges.map(({ atMs, lever }) => ({ atMs, lever: lever ?? settings.lever }));
    },
  };
}
