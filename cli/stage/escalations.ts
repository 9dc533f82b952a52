import {
  type AlarmRule,
  escalatingAlarms,
  rulesOfRuns,
} from "../../shared/telemetry/alarm-rules.ts";
import { raisedAlarms } from "../../shared/telemetry/evaluate-alarm.ts";
import { escalationShownMs } from "../../shared/telemetry/thresholds.ts";
import { errorText } from "../output/errors.ts";
import type { Canvas } from "../output/views/columns.ts";
import { count, localTime } from "../output/views/format.ts";
import { paint } from "../output/views/style.ts";
import type { StageMetrics } from "./stage.ts";
import { linesWith } from "./stage-thresholds.ts";

/** An alarm of the playbook's "escalate immediately if" that was raised lately. */
export type Escalation = {
  readonly id: string;
  readonly says: string;
  readonly threshold: number;
  readonly observed: number | null;
  /** UTC, ISO 8601. */
  readonly from: string;
  readonly to: string;
  readonly active: boolean;
};

const minuteMs = 60_000;

/** Evaluates the recorded metrics of the last quarter of an hour. Oldest first. */
export async function readEscalations(
  { ledger, metrics }: StageMetrics,
  nowMs: number,
): Promise<readonly Escalation[]> {
  const ids: readonly string[] = escalatingAlarms;
  const rules = rulesOfRuns(linesWith(await ledger.readSettings())).filter(({ id }: AlarmRule) =>
    ids.includes(id),
  );
  const window = { fromMs: nowMs - escalationShownMs, toMs: nowMs };
  return (await raisedAlarms(rules, metrics, window)).map((alarm) => ({
    id: alarm.id,
    says: alarm.says,
    threshold: alarm.threshold,
    observed: alarm.worst,
    from: new Date(alarm.fromMs).toISOString(),
    to: new Date(Math.min(alarm.toMs, nowMs)).toISOString(),
    // Metrics of the minute that has just begun may not have come yet.
    active: alarm.toMs + minuteMs > nowMs,
  }));
}

/**
 * Null, with a notice, when the metrics cannot be read: the rest of a stage's status needs none.
 */
export async function escalationsIfKnown(
  stage: StageMetrics,
  onNotice: (notice: string) => void,
): Promise<readonly Escalation[] | null> {
  try {
    return await readEscalations(stage, Date.now());
  } catch (error) {
    onNotice(
      `it is not known whether an alarm is raised: the metrics cannot be read: ${errorText(error)}`,
    );
    return null;
  }
}

/** A line an escalation, and what to do; none when there is nothing to say. */
export function escalationLines(
  escalations: readonly Escalation[],
  nowMs: number,
  { colour }: Pick<Canvas, "colour">,
): readonly string[] {
  if (escalations.length === 0) return [];
  const lines = escalations.map(({ id, says, observed, threshold, from, to, active }) => {
    const time = active
      ? `since ${localTime(Date.parse(from), nowMs)}`
      : `from ${localTime(Date.parse(from), nowMs)} to ${localTime(Date.parse(to), nowMs)}`;
    const figure =
      observed === null ? "" : ` ${count(observed)}, the threshold is ${count(threshold)}.`;
    const line = `  ${active ? "!" : "·"} ${id}, ${time}: ${says}${figure}`;
    return active ? paint("red", line, colour) : line;
  });
  return ["", "Escalate (docs/quick-reference.md):", ...lines];
}
