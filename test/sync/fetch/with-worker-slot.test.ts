import { describe, expect, test } from "vitest";
import { newBatch } from "../../../shared/ledger/batch.ts";
import { batchIdAt, isEnded } from "../../../shared/ledger/run.ts";
import { dispatchRun } from "../../../shared/ledger/transitions/dispatch-run.ts";
import { workBatch } from "../../../shared/sync/fetch/work-batch.ts";
import { dateAt, type SyncWorld, syncWorld } from "../../support/homes/sync-world.ts";
import { aRun } from "../../support/samples/a-run.ts";
import { pacific } from "../../support/samples/pacific.ts";

const batches = 4;
const properties = ["one", "two", "three"].map((name) => ({
  runId: `run-${name}`,
  siteUrl: `sc-domain:${name}.example`,
}));

/** A stage that reserves nothing, with a run of each property, and every request a second long. */
async function stageAt(lever: number) {
  const world = syncWorld({ lever });
  for (const { runId, siteUrl } of properties) {
    const units = (index: number) => [
      { siteUrl, report: "page_query", date: pacific(dateAt(index)) },
    ];
    await world.ledger.createRun(
      aRun({ runId, siteUrl, execution: runId, batches, plannedUnits: batches }),
    );
    await world.ledger.putBatches(
      Array.from({ length: batches }, (_, index) =>
        newBatch(runId, batchIdAt(index), units(index)),
      ),
    );
  }
  let working = 0;
  let most = 0;
  const ports = {
    ...world.ports,
    countsTakes: true,
    searchConsole: {
      async fetchPage(...args: Parameters<SyncWorld["searchConsole"]["fetchPage"]>) {
        working += 1;
        most = Math.max(most, working);
        try {
          await world.clock.sleep(1_000);
          return await world.searchConsole.fetchPage(...args);
        } finally {
          working -= 1;
        }
      },
    },
  };
  /** Every run's dispatcher, and as many workers as it sends batches. */
  async function runToEnd(runId: string): Promise<void> {
    for (let pass = 0; pass < 500; pass += 1) {
      const changed = await world.ledger.changeRun(runId, (run) =>
        dispatchRun(run, { lever, execution: runId }, world.clock.nowMs()),
      );
      const answer = changed?.answer;
      if (answer?.kind === "finish" || changed === undefined || isEnded(changed.run.status)) return;
      if (answer?.kind === "send") {
        await Promise.all(answer.batchIds.map((batchId) => workBatch({ runId, batchId }, ports)));
      } else await world.clock.sleep(150);
    }
    throw new Error(`${runId} does not come to its end`);
  }
  return { world, runToEnd, most: () => most };
}

describe("where no concurrency is reserved", () => {
  test.each([1, 2, 3])("lever %d holds for the runs of several properties", async (lever) => {
    const { world, runToEnd, most } = await stageAt(lever);
    await Promise.all(properties.map(({ runId }) => runToEnd(runId)));
    expect(most()).toBe(lever);
    for (const { runId } of properties) {
      const stored = await world.ledger.readBatches(runId);
      expect(
        stored.flatMap(({ units }) => units.map((unit) => [unit.status, unit.attempts])),
      ).toEqual(Array(batches).fill(["done", expect.any(Number)]));
    }
  });

  test("a worker that died frees its worker slot when it has not renewed it for 20 s", async () => {
    const { world, runToEnd } = await stageAt(1);
    await world.ledger.changeWorkerSlots(() => ({ dead: world.clock.nowMs() + 20_000 }));
    const startedAtMs = world.clock.nowMs();
    await runToEnd("run-one");
    expect(world.clock.nowMs() - startedAtMs).toBeGreaterThan(20_000);
  });
});
