import { leverAt } from "../../ledger/lever-changes.ts";
import { hourMs } from "../../lib/durations.ts";
import { averageQueue, gateEvidence, phases } from "../../telemetry/thresholds.ts";
import { alarmCriterion } from "./alarm-criterion.ts";
import type { Criterion, GateVerdict, Phase, PhaseEvidence } from "./phase.ts";
import { regressionCriteria } from "./regression.ts";
import type { WindowFigures } from "./window-figures.ts";

/**
 * Whether a phase may end, by what was recorded of it. What is not recorded is not proved: it fails
 * its criterion. `qpmLine`: requests a minute below which a phase must stay.
 */
export function judgePhase(phase: Phase, evidence: PhaseEvidence, qpmLine: number): GateVerdict {
  const criteria = [
    ...leverCriteria(phase, evidence),
    ...evidenceCriteria(evidence),
    ...(phase === "A"
      ? regressionCriteria(evidence)
      : [...steadyCriteria(evidence.figures, qpmLine), alarmCriterion("alarms", evidence.alarms)]),
    ...(phase === "C" ? [signOffCriterion(evidence.signOff)] : []),
  ];
  return { phase, pass: criteria.every(({ ok }) => ok), criteria };
}

/** Also a drill or a rollback that moved the lever for a minute: the phase's time starts anew. */
function leverCriteria(phase: Phase, { leverChanges, window }: PhaseEvidence): Criterion[] {
  const wanted = phases[phase].lever;
  const since = leverAt(leverChanges, window.toMs);
  const heldMs = since?.lever === wanted ? window.toMs - since.atMs : 0;
  return [
    {
      name: "lever",
      target: `${wanted}`,
      observed: since?.lever ?? "never set: since when is not known",
      ok: since?.lever === wanted,
    },
    {
      name: "hours at that lever",
      target: `≥ ${hours(window.toMs - window.fromMs)}`,
      observed: hours(heldMs),
      ok: heldMs >= window.toMs - window.fromMs,
    },
  ];
}

function evidenceCriteria({ figures, window, silentRuns }: PhaseEvidence): Criterion[] {
  const windowMs = window.toMs - window.fromMs;
  const shorter = windowMs <= gateEvidence.longestGapMs;
  return [
    {
      name: "longest time without a measured batch, hours",
      target: shorter ? `< ${hours(windowMs)}` : `≤ ${hours(gateEvidence.longestGapMs)}`,
      observed: hours(figures.longestGapMs),
      ok: shorter
        ? figures.longestGapMs < windowMs
        : figures.longestGapMs <= gateEvidence.longestGapMs,
    },
    {
      name: "batches measured",
      target: `≥ ${gateEvidence.leastBatches}`,
      observed: figures.batches,
      ok: figures.batches >= gateEvidence.leastBatches,
    },
    {
      name: "runs without telemetry",
      target: "0",
      observed: silentRuns.length === 0 ? 0 : silentRuns.join(", "),
      ok: silentRuns.length === 0,
    },
  ];
}

function steadyCriteria({ qpmPeak, queueAverage }: WindowFigures, qpmLine: number): Criterion[] {
  return [
    {
      name: "QPM, peak",
      target: `< ${qpmLine}`,
      observed: qpmPeak,
      ok: qpmPeak !== null && qpmPeak < qpmLine,
    },
    {
      name: "queue, average",
      target: `< ${averageQueue.below}`,
      observed: queueAverage === null ? null : Math.round(queueAverage * 10) / 10,
      ok: queueAverage !== null && queueAverage < averageQueue.below,
    },
  ];
}

function signOffCriterion(signOff: string | null): Criterion {
  return { name: "sign-off", target: "a name", observed: signOff, ok: signOff !== null };
}

/** To a tenth, or to what is left of a short one. */
function hours(ms: number): number {
  const exact = ms / hourMs;
  return exact >= 1 ? Math.floor(exact * 10) / 10 : Number(exact.toPrecision(3));
}
