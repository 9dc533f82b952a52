import { haltRun } from "../../shared/ledger/transitions/halt-run.ts";
import { resumeOnStage } from "../run/resume-on-stage.ts";
import { requireRunState } from "../run/run-snapshot.ts";
import { alarmRaised, coordinatorSilent } from "./detect.ts";
import type { Scenario } from "./scenario.ts";

/**
 * The run's coordinator is gone. Rollback: stop the run, clear what is in flight, restart it
 * sequentially.
 */
export const coordinatorFault: Scenario = {
  says: "the run's coordinator is gone, its batches still in flight",
  days: () => 48,
  watched: false,
  async provoke({ stage, runId }) {
    const { run } = await requireRunState(stage.ledger, runId);
    await stage.executions.stop(run.execution, "a drill");
    return { async [Symbol.asyncDispose]() {} };
  },
  async detect({ stage }, sinceMs) {
    const silent = await coordinatorSilent(stage, sinceMs);
    return silent ?? alarmRaised(stage, ["runs-lost-warn"], sinceMs);
  },
  async rollBack({ stage, runId, note }) {
    const { ledger } = stage;
    const input = { reason: "a drill: its coordinator is gone", endsAs: "halted" } as const;
    await ledger.changeRun(runId, (run) => haltRun(run, input, Date.now()));
    note("run stopped");
    const { run } = await requireRunState(ledger, runId);
    await resumeOnStage(stage, run, { clearInFlight: true, sequential: true }, note);
    note("in flight cleared, restarted sequentially");
  },
  effect: {
    says: "the run goes on, one request at a time",
    taken: 1,
    inFlight: 1,
    underWay: 1,
    withFirstRequest: true,
  },
};
