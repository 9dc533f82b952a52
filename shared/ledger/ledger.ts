import type { Batch } from "./batch.ts";
import type { RunTransition } from "./decision.ts";
import type { LeverChange } from "./lever-changes.ts";
import type { LockDecision, PropertyLock } from "./property-lock.ts";
import type { Run } from "./run.ts";
import type { SetSettings, Settings, SettingsChange } from "./settings.ts";
import type { WorkerSlots } from "./worker-slots.ts";

/**
 * The truth about runs and batches: who does what. Each change is one conditional write on one
 * item; a change that lost a race is decided again on what is there now. Faults of the store are
 * thrown as {@link LedgerError}.
 */
export type Ledger = {
  createRun(run: Run): Promise<"created" | "exists">;
  readRun(runId: string): Promise<Run | undefined>;
  /** Newest first. */
  listRuns(limit: number): Promise<readonly Run[]>;
  /** Applies a transition; undefined when there is no such run. */
  changeRun<Answer>(
    runId: string,
    transition: RunTransition<Answer>,
  ): Promise<{ readonly run: Run; readonly answer: Answer } | undefined>;

  /** Writes a plan's batches; `lost` as soon as one has a newer token: it is left alone. */
  putBatches(batches: readonly Batch[]): Promise<"saved" | "lost">;
  readBatch(runId: string, batchId: string): Promise<Batch | undefined>;
  readBatches(runId: string): Promise<readonly Batch[]>;
  /**
   * Writes a take's token into the batch and reads it: from now on no older take can write there.
   * `lost` when a newer take has it; undefined when there is none.
   */
  fenceBatch(runId: string, batchId: string, token: number): Promise<Batch | "lost" | undefined>;
  /** Writes the whole batch if no newer take has it: `lost` otherwise. */
  saveBatch(batch: Batch): Promise<"saved" | "lost">;

  /** A token greater than any before for this property, in any run and any ledger. */
  nextToken(siteUrl: string, nowMs: number): Promise<number>;
  readLock(siteUrl: string): Promise<PropertyLock>;
  changeLock(siteUrl: string, decide: (lock: PropertyLock) => LockDecision): Promise<LockDecision>;

  /** Changes who works in the whole stage; null leaves it as it is. Whether it was changed. */
  changeWorkerSlots(decide: (slots: WorkerSlots) => WorkerSlots | null): Promise<boolean>;

  /** Run-time configuration: what was set, over the defaults. */
  readSettings(): Promise<Settings>;
  /** What was set, without defaults. */
  readSetSettings(): Promise<SetSettings>;
  /**
   * Sets what the change names; the settings as they are then. A change that depends on what is set
   * is decided in the same conditional write.
   */
  changeSettings(
    change: SettingsChange | ((set: SetSettings) => SettingsChange),
  ): Promise<Settings>;
  /** The lever when something was first set, and each change of it since; oldest first. */
  readLeverChanges(): Promise<readonly LeverChange[]>;
};
