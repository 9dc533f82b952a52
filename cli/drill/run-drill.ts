import { isEnded, type Run } from "../../shared/ledger/run.ts";
import { haltRun } from "../../shared/ledger/transitions/halt-run.ts";
import { lastDays } from "../../shared/request/date-range.ts";
import { parseRunRequest } from "../../shared/request/parse-run-request.ts";
import { rollbackBudgetMs } from "../../shared/telemetry/thresholds.ts";
import { newRunId } from "../run/run-id.ts";
import { refuseBusyProperty, startRun } from "../run/start-run.ts";
import { withLoan } from "../stage/with-loan.ts";
import type { DrillEnvironment } from "./drill-environment.ts";
import { type DrillResult, type DrillStep, drillResult, noFindings } from "./drill-result.ts";
import { type DrillOptions, measureRollback } from "./measure-rollback.ts";
import type { Scenario, ScenarioName } from "./scenario.ts";
import { DrillFailure, until } from "./until.ts";
import { verifyRows } from "./verify-rows.ts";

const longestRunMs = 15 * 60_000;

/**
 * Provokes a scenario in a run of the drill's property. Waits until the recorded metrics show it,
 * rolls back as the playbook says, and measures how long the load takes to fall as it should. Then
 * restores the settings, lets the run end, and compares its rows with the sample server's.
 */
export async function runDrill(
  name: ScenarioName,
  scenario: Scenario,
  environment: DrillEnvironment,
  options: DrillOptions,
): Promise<DrillResult> {
  const { stage, siteUrl } = environment;
  const { ledger } = stage;
  const startedAtMs = Date.now();
  const runId = newRunId(startedAtMs);
  const steps: DrillStep[] = [];
  const found = noFindings();

  function note(step: string, atMs = Date.now()): void {
    const afterMs = atMs - startedAtMs;
    steps.push({ step, at: new Date(atMs).toISOString(), afterMs });
    options.onNotice(`${(afterMs / 1_000).toFixed(1).padStart(6)} s  ${step}`);
  }

  const range = lastDays(scenario.days(options.watchMs), startedAtMs);
  const request = parseRunRequest({ siteUrl, ...range, force: true }, startedAtMs);
  const settings = JSON.stringify(await ledger.readSetSettings());
  await refuseBusyProperty(stage, request);
  const { requests } = await environment.server.seen(siteUrl);
  try {
    await withLoan(stage, { loanId: runId, borrower: "drill" }, options.onNotice, async (loan) => {
      await startRun(stage, runId, request);
      const drill = { ...environment, runId, loan, note, requests };
      await measureRollback(scenario, drill, found, {
        ...options,
        budgetMs: rollbackBudgetMs[name],
      });
    });
    if (JSON.stringify(await ledger.readSetSettings()) === settings) {
      note("the settings are as they were found");
    } else found.failure ??= "the settings are not as they were found";
    const ended = await untilRunEnds(environment, runId, options.stop);
    note(`the run has ended: ${ended.status}`);
    if (ended.status !== "complete") found.failure ??= `the run ended as ${ended.status}`;
    const rows = await verifyRows(stage, environment.server, { siteUrl, ...range });
    note(
      rows.equal
        ? `${rows.found} rows equal the sample server's`
        : "rows differ from the sample server's",
    );
    if (!rows.equal) found.failure ??= `rows: ${rows.missing} missing, ${rows.wrong} wrong`;
    found.rows = rows;
  } catch (error) {
    if (!(error instanceof DrillFailure)) throw error;
    found.failure = error.message;
  } finally {
    const input = { reason: "its drill has ended", endsAs: "halted" } as const;
    await ledger.changeRun(runId, (run) => haltRun(run, input, Date.now()));
  }

  return drillResult(name, found, { steps, runId, startedAtMs, endedAtMs: Date.now() });
}

function untilRunEnds({ stage }: DrillEnvironment, runId: string, stop: AbortSignal): Promise<Run> {
  return until("the run has ended", { timeoutMs: longestRunMs, stop }, async () => {
    const run = await stage.ledger.readRun(runId);
    return run !== undefined && isEnded(run.status) ? run : undefined;
  });
}
