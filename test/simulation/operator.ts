import { lockProperty } from "../../shared/ledger/property-lock.ts";
import { isEnded, type Run } from "../../shared/ledger/run.ts";
import { haltRun } from "../../shared/ledger/transitions/halt-run.ts";
import { resumeRun } from "../../shared/ledger/transitions/resume-run.ts";
import { publishRunEnd } from "../../shared/sync/end/publish-run-end.ts";
import { isStarting, reconcileRuns } from "../../shared/sync/end/reconcile-runs.ts";
import type { WorkPorts } from "../../shared/sync/fetch/fetch-ports.ts";
import type { World } from "./simulated-ports.ts";
import type { SimulatedStage } from "./simulated-stage.ts";

/** How often the people look, ms: when it is calm, less and less often. */
const pollMs = { inTrouble: 8_000, calm: 20_000, longest: 900_000 };

/**
 * The people and the commands of a history: somebody halts, turns the lever, stops an execution,
 * starts a rival run, and resumes what has stopped. A command dies as any process does; the next
 * one goes on. Resolves when the run is complete.
 */
export async function operate(
  runId: string,
  rivalRequest: unknown,
  stage: SimulatedStage,
  world: World,
  isCalm: () => boolean,
): Promise<void> {
  const { dice, faults, scenario } = world;
  const { clock } = stage.process("watch").ports;
  let operator = stage.process("operator");

  /** A command in a process that may die; what it leaves undone is undone. */
  async function command(work: (ports: WorkPorts) => Promise<unknown>): Promise<void> {
    if (operator.process.dead) operator = stage.process("operator");
    const { process, ports } = operator;
    await Promise.race([work(ports).catch(() => undefined), process.death]);
  }

  for (let calmLooks = 0; ; ) {
    const calm = isCalm();
    if (calm) calmLooks += 1;
    const calmMs = Math.min(pollMs.calm * calmLooks, pollMs.longest);
    await clock.sleep(calm ? calmMs : dice.between(1_000, pollMs.inTrouble));
    let seen: Run | undefined;
    await command(async ({ ledger }) => {
      seen = await ledger.readRun(runId);
    });
    if (seen === undefined) continue;
    const run = seen;
    if (run.status === "complete" || run.status === "completed_with_failures") return;
    if (isEnded(run.status)) {
      const sequential = !calm && dice.chance(0.2);
      if (calm || dice.chance(0.3)) {
        await command((ports) => resume(run, sequential, stage, ports));
      }
    } else if (isAbandoned(run, stage)) {
      await command((ports) => reconcile(stage, ports));
    } else if (faults.strikes("halt")) {
      const input = { reason: "stopped by the user", endsAs: "halted" } as const;
      await command(({ ledger, clock: own }) =>
        ledger.changeRun(runId, (current) => haltRun(current, input, own.nowMs())),
      );
    } else if (faults.strikes("execution-stopped")) {
      stage.stop(run.execution);
    }
    if (faults.strikes("lever")) {
      const lever = dice.between(0, 5);
      await command(({ ledger }) => ledger.changeSettings({ lever }));
    }
    if (faults.strikes("limits")) {
      const limits = { inFlight: dice.between(1, 8), queueSize: dice.between(1, 8) };
      await command(({ ledger }) => ledger.changeSettings(limits));
    }
    if (faults.strikes("queue-cleared")) stage.clearQueue();
    if (faults.strikes("rival")) stage.start(`rival-${dice.below(1_000)}`, rivalRequest);
    if (calmLooks === 1) {
      const { lever } = scenario;
      await command(({ ledger }) =>
        ledger.changeSettings({ lever, inFlight: null, queueSize: null }),
      );
    }
  }
}

/** What `gsc-sync resume` does. */
async function resume(
  run: Run,
  sequential: boolean,
  stage: SimulatedStage,
  ports: WorkPorts,
): Promise<void> {
  const { ledger, clock } = ports;
  await publishRunEnd(run, ports);
  await lockProperty(run, ledger, clock.nowMs());
  const execution = `${run.runId}-${clock.nowMs().toString(36)}`;
  await ledger.changeRun(run.runId, (ended) =>
    resumeRun(ended, { execution, sequential }, clock.nowMs()),
  );
  stage.start(execution, { runId: run.runId });
}

function isAbandoned(run: Run, stage: SimulatedStage): boolean {
  return stage.find(run.execution)?.status !== "RUNNING";
}

/** What a stage does every few minutes. */
async function reconcile(
  stage: SimulatedStage,
  { ledger, eventBus, clock }: WorkPorts,
): Promise<void> {
  await reconcileRuns({
    ledger,
    eventBus,
    isWorkedOn: async (run) => !isAbandoned(run, stage) || isStarting(run, clock.nowMs()),
    reason: () => "its execution is gone",
  });
}
