import type { Ledger } from "../../ledger/ledger.ts";
import type { Run } from "../../ledger/run.ts";
import { minuteMs } from "../../lib/durations.ts";
import type { RaisedAlarm } from "../../telemetry/evaluate-alarm.ts";
import type { MetricSource } from "../../telemetry/metric-source.ts";
import type { PhaseEvidence, TimeWindow } from "./phase.ts";
import { readWindowFigures, type WindowFigures } from "./window-figures.ts";

export type EvidencePorts = {
  readonly ledger: Pick<Ledger, "readLeverChanges" | "listRuns">;
  readonly metrics: MetricSource;
  /** Alarms that were raised within a window, oldest first. */
  readonly raisedAlarms: (window: TimeWindow) => Promise<readonly RaisedAlarm[]>;
};

/** Nightly syncs of a hundred properties for a week. */
const mostRuns = 1_000;

/** What was recorded of a phase. `baseline`: the window that it is compared with, if it is. */
export async function gatherEvidence(
  ports: EvidencePorts,
  options: {
    readonly window: TimeWindow;
    readonly baseline: TimeWindow | null;
    readonly signOff: string | null;
  },
): Promise<PhaseEvidence> {
  const { window, signOff } = options;
  const figures = await readWindowFigures(ports.metrics, window);
  const runs = await ports.ledger.listRuns(mostRuns);
  return {
    window,
    figures,
    leverChanges: await ports.ledger.readLeverChanges(),
    alarms: await ports.raisedAlarms(window),
    silentRuns: silentRuns(runs, window, figures),
    baseline: options.baseline === null ? null : await baselineOf(ports, options.baseline),
    signOff,
  };
}

async function baselineOf(ports: EvidencePorts, window: TimeWindow) {
  const figures = await readWindowFigures(ports.metrics, window);
  return { window, figures, alarms: await ports.raisedAlarms(window) };
}

/** A dispatcher that sent a batch has recorded its queue: where no record is, it was lost. */
function silentRuns(
  runs: readonly Run[],
  { fromMs, toMs }: TimeWindow,
  { minutesRecorded }: WindowFigures,
): readonly string[] {
  return runs
    .filter((run) => run.next > 0 && run.startedAtMs >= fromMs && run.startedAtMs < toMs)
    .filter((run) => !minutesBetween(run.startedAtMs, run.endedAtMs ?? toMs).some(isRecorded))
    .map(({ runId }) => runId);

  function isRecorded(minute: number): boolean {
    return minutesRecorded.has(minute);
  }
}

function minutesBetween(fromMs: number, toMs: number): readonly number[] {
  const first = Math.floor(fromMs / minuteMs);
  const last = Math.floor(toMs / minuteMs);
  return Array.from({ length: last - first + 1 }, (_, index) => (first + index) * minuteMs);
}
