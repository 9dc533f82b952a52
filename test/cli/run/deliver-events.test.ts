import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type DeliveryOptions, deliverEvents } from "../../../cli/run/deliver-events.ts";
import { openEventLog } from "../../../local/aws-servers/event-log.ts";
import { temporaryFolder } from "../../support/temporary-folder.ts";
import { waitUntil } from "../../support/wait-until.ts";

const eventAt = (index: number, kind = "unit") => JSON.stringify({ kind, eventId: `e${index}` });

/** A run's events, and what a command made of them. */
function aDelivery(command: (journal: string) => string) {
  const folder = temporaryFolder();
  const journal = join(folder, "journal");
  const notices: string[] = [];
  const allThere = new AbortController();
  const stop = new AbortController();
  const options: DeliveryOptions = {
    folder,
    runId: "run-1",
    command: command(journal),
    notice: (text) => notices.push(text),
    allThere: allThere.signal,
    stop: stop.signal,
    waitsMs: [1, 1],
  };
  const lines = () =>
    existsSync(journal) ? readFileSync(journal, "utf8").trimEnd().split("\n") : [];
  return { options, notices, allThere, stop, lines, folder, log: openEventLog(folder) };
}

const keep = (journal: string) => `(echo "$GSC_SYNC_EVENT" $(cat)) >> ${journal}`;

describe("the events of a run", () => {
  test("reach the command in their order while they come, and none is given twice", async () => {
    const { options, allThere, lines, log } = aDelivery(keep);
    await log.append("run-1", [eventAt(1), eventAt(2)]);
    const delivering = deliverEvents(options);
    await waitUntil("the first two", () => lines().length === 2);
    await log.append("run-1", [eventAt(3), eventAt(4, "run")]);
    allThere.abort();
    expect(await delivering).toBe("delivered");
    const all = [1, 2, 3].map((index) => `unit ${eventAt(index)}`);
    expect(lines()).toEqual([...all, `run ${eventAt(4, "run")}`]);
    expect(await deliverEvents(options)).toBe("delivered");
    expect(lines()).toHaveLength(4);
  });

  test("stop at the one that the command does not take in 3 tries, and go on with it", async () => {
    const fussy = (journal: string) =>
      `line=$(cat); echo "$line" >> ${journal}; test -e ${journal}.mended || case "$line" in *e2*) exit 7;; esac`;
    const { options, allThere, lines, log, notices, folder } = aDelivery(fussy);
    await log.append("run-1", [eventAt(1), eventAt(2), eventAt(3)]);
    allThere.abort();
    expect(await deliverEvents(options)).toBe("left");
    expect(lines()).toEqual([1, 2, 2, 2].map((index) => eventAt(index)));
    expect(notices).toEqual([
      expect.stringMatching(
        /failed 3 times for the event e2 \(exit code 7\); 2 events .*resume run-1/,
      ),
    ]);
    writeFileSync(join(folder, "journal.mended"), "");
    expect(await deliverEvents(options)).toBe("delivered");
    expect(lines().slice(4)).toEqual([eventAt(2), eventAt(3)]);
  });

  test("that a command takes at its third try are delivered, with nothing to tell", async () => {
    const slow = (journal: string) => `echo try >> ${journal}; test $(wc -l < ${journal}) -ge 3`;
    const { options, allThere, lines, log, notices } = aDelivery(slow);
    await log.append("run-1", [eventAt(1)]);
    allThere.abort();
    expect(await deliverEvents(options)).toBe("delivered");
    expect(lines()).toHaveLength(3);
    expect(notices).toEqual([]);
  });

  test("reach a command that reads none of its input, and what it prints is told", async () => {
    const { options, allThere, log, notices } = aDelivery(() => "echo out; echo err >&2");
    await log.append("run-1", [
      JSON.stringify({ kind: "unit", eventId: "e", text: "x".repeat(200_000) }),
    ]);
    allThere.abort();
    expect(await deliverEvents(options)).toBe("delivered");
    expect(notices.sort()).toEqual(["err", "out"]);
  });

  test("are delivered by one command at a time", async () => {
    const { options, allThere, lines, log, notices } = aDelivery(keep);
    await log.append("run-1", [eventAt(1)]);
    const first = deliverEvents(options);
    await waitUntil("the first has begun", () => lines().length === 1);
    expect(await deliverEvents(options)).toBe("delivered");
    expect(notices).toEqual([expect.stringContaining("another command delivers the events")]);
    allThere.abort();
    expect(await first).toBe("delivered");
    expect(lines()).toHaveLength(1);
  });

  test("are left when delivery is stopped, the command that hangs ended with it", async () => {
    const { options, stop, lines, log } = aDelivery(
      (journal) => `echo begun >> ${journal}; exec sleep 600`,
    );
    await log.append("run-1", [eventAt(1)]);
    const delivering = deliverEvents(options);
    await waitUntil("the command runs", () => lines().length === 1);
    stop.abort();
    expect(await delivering).toBe("left");
  });
});
