import * as z from "zod";
import { rangeFaults } from "./date-range.ts";
import { findReport, reportIds } from "./find-report.ts";
import type { Report } from "./report.ts";
import { definitionFaults, reportRangeFaults } from "./report-faults.ts";
import { mostDefinitionBytes } from "./run-limits.ts";
import { type RunRequest, RunRequestSchema } from "./run-request.ts";

/** A request that can never be run; the message lists what is wrong with it. */
export class InvalidRequestError extends Error {
  readonly code = "INVALID_REQUEST";
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(faults.join("; "));
    this.name = "InvalidRequestError";
    this.faults = faults;
  }
}

/**
 * Parses a run's request and checks it against what Search Console can be asked for. The
 * command that starts a run does this once. PlanRun does it again, since it gets the request as JSON.
 * @throws InvalidRequestError
 */
export function parseRunRequest(input: unknown, nowMs: number): RunRequest {
  const parsed = RunRequestSchema.safeParse(input);
  const faults = [
    ...(parsed.error?.issues ?? []).map((issue) =>
      [issue.path.join("."), issue.message].filter((part) => part !== "").join(" "),
    ),
    ...searchConsoleFaults(parsed.data ?? readableParts(input), nowMs),
  ];
  if (!parsed.success || faults.length > 0) throw new InvalidRequestError(faults);
  return parsed.data;
}

const { from, to, reports, keptDaysOnly, definitions } = RunRequestSchema.shape;
const RangeSchema = z.object({ from, to });
const ReportsSchema = z.object({ reports });
const KeptDaysSchema = z.object({ keptDaysOnly });
const DefinitionsSchema = z.object({ definitions });

type Asked = Pick<RunRequest, "from" | "to" | "reports" | "keptDaysOnly" | "definitions">;

/** The parts of a faulty request that can be read: a fault in one part does not hide another's. */
function readableParts(input: unknown): Partial<Asked> {
  return {
    ...RangeSchema.safeParse(input).data,
    ...ReportsSchema.safeParse(input).data,
    ...KeptDaysSchema.safeParse(input).data,
    ...DefinitionsSchema.safeParse(input).data,
  };
}

/** What Search Console would not answer of the request, one line each. */
function searchConsoleFaults(
  { from, to, reports = [], definitions = [], keptDaysOnly = false }: Partial<Asked>,
  nowMs: number,
): readonly string[] {
  const asked = [...new Set(reports)].map((id) => ({ id, report: findReport(id, definitions) }));
  return [
    ...(from === undefined || to === undefined ? [] : rangeFaults(from, to, nowMs)),
    ...asked
      .filter(({ report }) => report === undefined)
      .map(({ id }) => `there is no report ${id}; there is: ${reportIds(definitions).join(", ")}`),
    ...definitionFaults(definitions),
    ...definitionSizeFaults(definitions.filter(({ id }) => reports.includes(id))),
    ...(from === undefined || keptDaysOnly
      ? []
      : asked.flatMap(({ report }) =>
          report === undefined ? [] : reportRangeFaults(report, from, nowMs),
        )),
  ];
}

/** The run item holds the definitions of its reports. */
function definitionSizeFaults(definitions: readonly Report[]): readonly string[] {
  const bytes = Buffer.byteLength(JSON.stringify(definitions));
  if (bytes <= mostDefinitionBytes) return [];
  const [held, most] = [bytes, mostDefinitionBytes].map((size) => Math.ceil(size / 1_024));
  return [
    `the configured reports of this run hold ${held} KB, and a run may hold ${most} KB: ask for fewer at once, or shorten their filters`,
  ];
}
