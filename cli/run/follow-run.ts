import { releaseProperty } from "../../shared/ledger/property-lock.ts";
import { isEnded, type Run } from "../../shared/ledger/run.ts";
import type { RunSummary } from "../../shared/ledger/run-summary.ts";
import { systemClock } from "../../shared/lib/system-clock.ts";
import { propertyScope } from "../../shared/quota/scopes.ts";
import { haltRun } from "../../shared/sync/end/halt-run.ts";
import { onInterrupt } from "../output/interrupt.ts";
import type { Terminal } from "../output/terminal.ts";
import type { ProgressSnapshot } from "../output/views/progress-view.ts";
import type { OpenStage } from "../stage/stage.ts";
import { checkRun } from "./check-run.ts";
import { pollThroughOutage } from "./poll-through-outage.ts";
import { readRunState } from "./run-snapshot.ts";

const pollMs = 400;
const haltingPollMs = 100;
const checkExecutionEvery = 8;
const historyMs = 20_000;

/**
 * Shows a run until it has ended. Ctrl-C halts it and waits for that; a second one leaves at once.
 */
export async function followRun(
  stage: OpenStage,
  started: { readonly runId: string; readonly execution: string },
  terminal: Terminal,
): Promise<RunSummary> {
  const { ledger } = stage;
  const { runId } = started;
  // On this machine a failure does not pass by waiting.
  const watch = <Seen>(look: () => Promise<Seen>) =>
    stage.deployed === null ? look() : pollThroughOutage(look, `run ${runId}`);
  let haltWanted = false;
  using _interrupt = onInterrupt(
    () => {
      terminal.notice("stopping: what is stored stays; press Ctrl-C again to leave at once");
      haltWanted = true;
    },
    () => void stage.close({ force: true }).then(leave, leave),
  );
  const history: { atMs: number; units: number; rows: number }[] = [];
  for (let look = 1; ; look += 1) {
    const state = await watch(() => readRunState(ledger, runId));
    const nowMs = Date.now();
    if (state !== undefined) {
      const { run, summary } = state;
      if (isEnded(run.status)) {
        await watch(() => releaseProperty(run, ledger));
        return summary;
      }
      // Repeated, because the run may not have been planned when the signal came.
      if (haltWanted && run.status !== "halting") {
        await watch(() => haltRun(ledger, runId, Date.now()));
      }
      history.push({
        atMs: nowMs,
        units: summary.units.complete + summary.units.failed,
        rows: summary.rows,
      });
      while ((history[0]?.atMs ?? nowMs) < nowMs - historyMs) history.shift();
      terminal.progress({
        run,
        summary,
        history: [...history],
        ...(await watch(() => quotaNow(stage, run))),
      } satisfies ProgressSnapshot);
    }
    // An execution may have handed the run over to another.
    if (look % checkExecutionEvery === 0) {
      await watch(() => checkRun(stage, started, state?.run));
    }
    await systemClock.sleep(haltWanted ? haltingPollMs : pollMs);
  }
}

function leave(): never {
  process.exit(1);
}

/** What the property used, and is granted a minute now. */
async function quotaNow(
  stage: OpenStage,
  run: Run,
): Promise<Pick<ProgressSnapshot, "qpmNow" | "budget">> {
  const settings = await stage.ledger.readSettings();
  const property = propertyScope(run.siteUrl, settings, run.qpm ?? undefined);
  const [usage] = await stage.quota.usage([property]);
  return { qpmNow: usage?.used ?? 0, budget: usage?.budget ?? property.budget };
}
