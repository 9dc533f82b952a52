import { Command, Option } from "commander";
import { isEnded } from "../../shared/ledger/run.ts";
import { gatherEvidence } from "../../shared/operations/gate/gather-evidence.ts";
import { judgePhase } from "../../shared/operations/gate/judge-phase.ts";
import type { Phase, TimeWindow } from "../../shared/operations/gate/phase.ts";
import { rulesOfRuns } from "../../shared/telemetry/alarm-rules.ts";
import { raisedAlarms } from "../../shared/telemetry/evaluate-alarm.ts";
import { phases } from "../../shared/telemetry/thresholds.ts";
import { jsonOption, stageOption } from "../options/options.ts";
import { instant, stretchOfTime } from "../options/time-options.ts";
import { UsageError } from "../output/errors.ts";
import { gateEntry, gateText, instantText } from "../output/views/gate-view.ts";
import { appendToRolloutLog, logOption } from "../rollout/rollout-log.ts";
import { requireRunState } from "../run/run-snapshot.ts";
import type { StageTables } from "../stage/stage.ts";
import { linesWith } from "../stage/stage-thresholds.ts";
import { withStage } from "../stage/with-stage.ts";

type GateOptions = {
  readonly stage: string;
  readonly phase: Phase;
  readonly window?: number;
  readonly until?: number;
  readonly baseline?: string;
  readonly signOff?: string;
  readonly log: string;
  readonly json: boolean;
};

/** `gsc-sync gate`: whether a phase of the rollout may end. Exits 1 when it may not. */
export function gateCommand(): Command {
  return new Command("gate")
    .description("judge a rollout phase's exit criteria by what was recorded of it")
    .addOption(
      new Option("--phase <phase>", "A: lever 1, a day; B: lever 3, a week; C: lever 5, a week")
        .choices(Object.keys(phases))
        .makeOptionMandatory(),
    )
    .option("--sign-off <name>", "who signs phase C off", nameOf)
    .option(
      "--baseline <run>",
      "what phase A is compared with: a run (default: the time before it)",
    )
    .option(
      "--window <time>",
      "rehearse: judge the last 2h, 3d, … instead of the phase's own time",
      stretchOfTime("--window", 60_000),
    )
    .option("--until <instant>", "judge the time up to then (default: now)", instant("--until"))
    .addOption(logOption())
    .addOption(stageOption())
    .addOption(jsonOption())
    .action((options: GateOptions) => {
      const nowMs = Date.now();
      const { phase, signOff = null } = options;
      const window = windowOf(options, nowMs);
      return withStage(options, async (stage, terminal) => {
        const { metrics, ledger } = stage;
        const lines = linesWith(await ledger.readSettings());
        const rules = rulesOfRuns(lines);
        const evidence = await gatherEvidence(
          { ledger, metrics, raisedAlarms: (within) => raisedAlarms(rules, metrics, within) },
          {
            window,
            baseline: phase === "A" ? await baselineOf(stage, options, window) : null,
            signOff,
          },
        );
        const verdict = judgePhase(phase, evidence, lines.usage.property.warn);
        const rehearsal = window.toMs - window.fromMs !== phases[phase].forMs;
        const gate = { ...verdict, stage: options.stage, window, rehearsal };
        await appendToRolloutLog(options.log, gateEntry(gate, evidence, nowMs));
        process.exitCode = gate.pass ? 0 : 1;
        terminal.result(`${gateText(gate, terminal)}\n\n  written to ${options.log}`, {
          ...verdict,
          window: { from: instantText(window.fromMs), to: instantText(window.toMs), rehearsal },
          log: options.log,
        });
      });
    });
}

function windowOf({ phase, window, until }: GateOptions, nowMs: number): TimeWindow {
  const toMs = until ?? nowMs;
  if (toMs > nowMs) throw new UsageError("--until is not over yet");
  return { fromMs: toMs - (window ?? phases[phase].forMs), toMs };
}

/**
 * The time of the named run, or the time of the same length just before the phase. @throws
 * UsageError
 */
async function baselineOf(
  { ledger }: StageTables,
  { baseline }: GateOptions,
  { fromMs, toMs }: TimeWindow,
): Promise<TimeWindow> {
  if (baseline === undefined) return { fromMs: fromMs - (toMs - fromMs), toMs: fromMs };
  const { run } = await requireRunState(ledger, baseline);
  if (isEnded(run.status)) return { fromMs: run.startedAtMs, toMs: run.endedAtMs ?? toMs };
  throw new UsageError(`run ${baseline} has not ended: a baseline must have`);
}

function nameOf(text: string): string {
  if (text.trim() !== "") return text.trim();
  throw new UsageError("--sign-off is empty: say who signs it off");
}
