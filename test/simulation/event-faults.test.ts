import { describe, expect, test } from "vitest";
import { runEvent } from "../../shared/events/run-event.ts";
import { unitFailedEvent } from "../../shared/events/unit-event.ts";
import { newBatch } from "../../shared/ledger/batch.ts";
import { summariseRun } from "../../shared/ledger/run-summary.ts";
import { aRun } from "../support/samples/a-run.ts";
import { pacific } from "../support/samples/pacific.ts";
import { eventFaults } from "./event-faults.ts";

const run = aRun({ status: "completed_with_failures", batches: 1, plannedUnits: 1 });
const [pending] = newBatch(run.runId, "b000000", [
  { siteUrl: run.siteUrl, report: "page_query", date: pacific("2026-01-01") },
]).units;
if (pending === undefined) throw new Error("a batch without units");
const failed = { ...pending, status: "failed" as const, attempts: 8, lastError: "no" };
const told = [unitFailedEvent(run, failed), runEvent(run, summariseRun(run, [], 1_000))];
const known = { settled: [{ run, units: [failed] }], endings: [run] };

describe("the events of a history", () => {
  test("are whole when each settled unit and each ending was told, be it twice", () => {
    expect(eventFaults([...told, ...told], known)).toEqual([]);
  });

  test("lack a unit, or an ending, that nobody was told of", () => {
    expect(eventFaults(told.slice(1), known)).toEqual([
      "nobody was told of run-1 page_query 2026-01-01 failed",
    ]);
    const resumed = { ...run, execution: "run-1-again" };
    expect(eventFaults(told, { ...known, endings: [run, resumed] })).toEqual([
      "nobody was told of run-1/run/run-1-again, which is completed_with_failures",
    ]);
  });

  test("have one content an id, but for the attempts of a unit that is tried again", () => {
    const again = unitFailedEvent(run, { ...failed, attempts: 9 });
    expect(eventFaults([...told, again], known)).toEqual([]);
    const other = runEvent(
      { ...run, status: "failed" },
      summariseRun({ ...run, status: "failed" }, [], 1_000),
    );
    expect(eventFaults([...told, other], known)).toHaveLength(1);
  });
});
