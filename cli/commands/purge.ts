import { Command, Option } from "commander";
import { acquireForPurge } from "../../shared/ledger/property-lock.ts";
import { purgeProperty } from "../../shared/operations/purge/purge-property.ts";
import { oldestKeptDate } from "../../shared/request/date-range.ts";
import { dataEpoch, type PacificDate, pacificDateAt } from "../../shared/request/pacific-date.ts";
import { ReportSchema } from "../../shared/request/report.ts";
import { endOfDays, queryOf } from "../../shared/rows/purge.ts";
import type { UnitRecord } from "../../shared/rows/unit-record.ts";
import { storedSpelling } from "../checks/stored-spelling.ts";
import { jsonOption, pacificDate, reportFault, stageOption } from "../options/options.ts";
import { givenProperty, propertyOf, withPropertyArgument } from "../options/property-argument.ts";
import { mayChange, requireAnswerable } from "../output/confirm.ts";
import { CommandError, UsageError } from "../output/errors.ts";
import { onInterrupt } from "../output/interrupt.ts";
import { counted } from "../output/views/format.ts";
import type { OpenStage } from "../stage/stage.ts";
import { withStage } from "../stage/with-stage.ts";

type PurgeOptions = {
  readonly stage: string;
  readonly siteUrl?: string;
  readonly before?: PacificDate;
  readonly report?: readonly string[];
  readonly yes: boolean;
  readonly json: boolean;
};

/** `gsc-sync purge`: deletes what is stored of a property. */
export function purgeCommand(): Command {
  return withPropertyArgument(new Command("purge"))
    .description("delete a property's stored rows and unit records for good")
    .addOption(
      new Option("--before <date>", "only days before this one; all days without it").argParser(
        pacificDate("--before"),
      ),
    )
    .addOption(
      new Option(
        "--report <id>",
        "only this report, configured or not; may be given several times",
      ).argParser((id: string, earlier: readonly string[] = []) => [...earlier, reportName(id)]),
    )
    .option("--yes", "do not ask", false)
    .addOption(stageOption())
    .addOption(jsonOption())
    .action(async (argument: string | undefined, options: PurgeOptions) => {
      propertyOf(argument, options);
      const typed = givenProperty(argument, options) ?? "";
      requireAnswerable(options);
      await withStage(options, async (stage, terminal) => {
        const rows = await stage.rows();
        const { before = null, report: reports = null } = options;
        const siteUrl = await storedSpelling(rows, typed, { from: dataEpoch, to: endOfDays });
        const asked = { siteUrl, before, reports };

        const held = acquireForPurge(await stage.ledger.readLock(siteUrl), Date.now());
        if (held.kind === "held") throw busy(siteUrl, held.by);
        const found = await rows.readUnits(queryOf(asked));
        const units = found.filter(({ date }) => before === null || date < before);
        refuseUnknown(reports ?? [], units);
        if (units.length > 0 && !(await mayChange(question(siteUrl, units), options))) {
          process.exitCode = 1;
          return;
        }
        // Also with nothing to be seen: one that was halted may have left what nobody sees.
        const { stopped, ...purged } = await purgeOnStage(stage, asked);
        if (stopped) process.exitCode = 1;
        const done = `${counted(purged.units, "unit")} and ${counted(purged.rows, "row")} of ${siteUrl} deleted`;
        const nothing = `nothing to delete of ${siteUrl}`;
        terminal.result(
          stopped
            ? `${done}, then halted: the same command goes on`
            : purged.units === 0
              ? nothing
              : done,
          { ...asked, ...purged },
        );
      });
    });
}

/** Ctrl-C ends it after the units at hand; a second one at once, which is as safe. */
async function purgeOnStage(stage: OpenStage, asked: Parameters<typeof purgeProperty>[0]) {
  const stopping = new AbortController();
  using _interrupt = onInterrupt(
    () => stopping.abort(),
    () => void stage.close({ force: true }).finally(() => process.exit(1)),
  );
  const ports = { ledger: stage.ledger, rows: await stage.rows(), nowMs: Date.now };
  const outcome = await purgeProperty(asked, { ...ports, signal: stopping.signal });
  if (outcome.kind === "held") throw busy(asked.siteUrl, outcome.by);
  const { kind, ...purged } = outcome;
  return { ...purged, stopped: kind === "stopped" };
}

function busy(siteUrl: string, runId: string): CommandError {
  return new CommandError(
    `${siteUrl} is being synced by run ${runId}: halt it first, with "gsc-sync halt ${runId}"`,
  );
}

function question(siteUrl: string, units: readonly UnitRecord[]): string {
  const rows = units.reduce((sum, unit) => sum + unit.rows, 0);
  const oldest = oldestKeptDate(pacificDateAt(Date.now()));
  const gone = units.filter(({ date }) => date < oldest).length;
  const lost = gone === 0 ? "" : ` ${counted(gone, "unit")} of it Google does not keep any more.`;
  return `Delete ${counted(units.length, "unit")} and ${counted(rows, "row")} of ${siteUrl} for good?${lost}`;
}

function reportName(id: string): string {
  if (ReportSchema.shape.id.safeParse(id).success) return id;
  throw new UsageError(reportFault(id) ?? `${id} is no report`);
}

/** A report that is neither configured nor stored is a slip of the pen. @throws UsageError */
function refuseUnknown(reports: readonly string[], units: readonly UnitRecord[]): void {
  for (const id of reports) {
    if (units.some(({ report }) => report === id)) continue;
    const fault = reportFault(id);
    if (fault !== undefined) throw new UsageError(fault);
  }
}
