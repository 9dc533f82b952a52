import { haltRun } from "../../shared/ledger/transitions/halt-run.ts";
import { resumeOnStage } from "../run/resume-on-stage.ts";
import { requireRunState } from "../run/run-snapshot.ts";
import { alarmRaised, coordinatorSilent } from "./detect.ts";
import type { Scenario, ScenarioName } from "./scenario.ts";

/** Search Console keeps 16 months. */
const mostDays = 480;

const spikes = [
  "quota-exceeded-page",
  "quota-usage-property-escalate",
  "quota-usage-account-escalate",
  "quota-usage-property-page",
  "quota-usage-account-page",
];

/** Google refuses for quota: the lever goes to 1, then usage is watched. */
const rateLimitSpike: Scenario = {
  says: "Google refuses requests for quota",
  // At one request at a time, the run is to go on while it is watched.
  days: (watchMs) => Math.min(150 + Math.ceil(watchMs / 500), mostDays),
  watched: true,
  async provoke({ server, siteUrl }) {
    await server.setFaults([{ kind: "429-qps", siteUrl, times: 5 }]);
    return { [Symbol.asyncDispose]: () => server.setFaults([]) };
  },
  detect: ({ stage }, sinceMs) => alarmRaised(stage, spikes, sinceMs),
  async rollBack({ loan, note }) {
    await loan.set({ lever: 1 });
    note("lever set to 1");
  },
  effect: {
    says: "one worker, one request at a time",
    taken: 1,
    inFlight: 1,
    underWay: 1,
    withFirstRequest: false,
  },
};

/** Rows are stored too slowly: in flight goes to 5, then the lever to 2. */
const persistenceBacklog: Scenario = {
  says: "storing rows is slow, and batches take too long",
  days: () => 90,
  watched: false,
  provoke: ({ slowStore }) => slowStore(),
  // In flight stays at the lever + 2 by design: a backlog shows in how long batches take and wait.
  detect: ({ stage }, sinceMs) =>
    alarmRaised(stage, ["batch-duration-page", "queue-size-warn", "queue-size-page"], sinceMs),
  async rollBack({ loan, note }) {
    await loan.set({ inFlight: 5 });
    note("in flight set to 5");
    await loan.set({ lever: 2 });
    note("lever set to 2");
  },
  effect: {
    says: "two workers, at most five batches in flight",
    taken: 2,
    inFlight: 5,
    underWay: Number.POSITIVE_INFINITY,
    withFirstRequest: false,
  },
};

/**
 * The run's coordinator is gone. Rollback: stop the run, clear what is in flight, restart it
 * sequentially.
 */
const coordinatorFault: Scenario = {
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

export const scenarios: Readonly<Record<ScenarioName, Scenario>> = {
  "rate-limit-spike": rateLimitSpike,
  "persistence-backlog": persistenceBacklog,
  "coordinator-fault": coordinatorFault,
};
