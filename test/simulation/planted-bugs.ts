import type { SyncEvent } from "../../shared/events/sync-event.ts";
import type { RunTransition } from "../../shared/ledger/decision.ts";
import type { Ledger } from "../../shared/ledger/ledger.ts";
import type { Run } from "../../shared/ledger/run.ts";
import type { WorkPorts } from "../../shared/sync/fetch/fetch-ports.ts";
import { gatherUnit } from "../../shared/sync/fetch/fetch-unit.ts";
import {
  type PageMemoryBudget,
  unboundedMemory,
} from "../../shared/sync/fetch/page-memory-budget.ts";
import type { Stores } from "./simulated-ports.ts";

/** Changes the stores that all share, the ports and the room of each worker: how a bug is planted. */
export type Bug = {
  readonly stores?: (stores: Stores) => Stores;
  readonly worker?: (ports: WorkPorts) => WorkPorts;
  readonly room?: (maxBytes: number) => PageMemoryBudget;
};

/**
 * Bugs that a careful person might write. None is in the code: each is put around a port, and the
 * simulation must find it.
 */
export const plantedBugs = {
  /** A batch item is written whoever wrote it before. */
  "a missing condition": {
    stores: (stores) => ({ ...stores, ledger: withoutCondition(stores.ledger) }),
  },
  /** A take hands its batch in, and writes the batch item a moment later. */
  "acknowledge before commit": { worker: committingLate },
  /** A message is reason enough to take a batch, whoever holds it. */
  "a lease ignored": { worker: ignoringLeases },
  /** A unit is shown as soon as it has rows. */
  "a flip before the last page": { worker: flippingEarly },
  /** The last but one page is taken for the last. */
  "a lost next page": { worker: losingPages },
  /** Events are told once the batch item holds what they tell of. */
  "tell after save": { worker: tellingLate },
  /** A take that is refused a slot works without one. */
  "a slot ignored": { worker: ignoringSlots },
  /** Pages come in however many are there. */
  "a room without walls": { room: () => unboundedMemory },
} as const satisfies Record<string, Bug>;

export type BugName = keyof typeof plantedBugs;

export function isBugName(name: string): name is BugName {
  return name in plantedBugs;
}

/** The ledger of somebody who forgot the token: a newer batch item is overwritten. */
function withoutCondition(ledger: Ledger): Ledger {
  return {
    ...ledger,
    async saveBatch(batch) {
      const stored = await ledger.readBatch(batch.runId, batch.batchId);
      const token = Math.max(stored?.token ?? 0, batch.token);
      return ledger.saveBatch({ ...batch, token });
    },
  };
}

function committingLate(ports: WorkPorts): WorkPorts {
  const { ledger } = ports;
  return {
    ...ports,
    ledger: {
      ...ledger,
      async saveBatch(batch) {
        const settled = batch.units.every(({ status }) => status !== "pending");
        if (!settled) return ledger.saveBatch(batch);
        void ports.clock.sleep(5).then(() => ledger.saveBatch(batch).catch(() => "lost"));
        return "saved";
      },
    },
  };
}

/** Each transition sees leases that have run out, so that the one that takes takes. */
function ignoringLeases(ports: WorkPorts): WorkPorts {
  const { ledger } = ports;
  const changeRun = <Answer>(runId: string, transition: RunTransition<Answer>) =>
    ledger.changeRun(runId, (run: Run) => {
      const decision = transition(run);
      if (decision.run !== null || decision.answer !== "nothing-to-take") return decision;
      return transition({ ...run, inFlight: expired(run.inFlight) });
    });
  return { ...ports, ledger: { ...ledger, changeRun } };
}

function expired(inFlight: Run["inFlight"]): Run["inFlight"] {
  return Object.fromEntries(
    Object.entries(inFlight).map(([batchId, hold]) => [batchId, { ...hold, untilMs: 0 }]),
  );
}

function flippingEarly(ports: WorkPorts): WorkPorts {
  const { rows, clock } = ports;
  return {
    ...ports,
    rows: {
      ...rows,
      async writeRows(unit, generation, report, written) {
        await rows.writeRows(unit, generation, report, written);
        const gathered = gatherUnit();
        const page = { rows: written.rows, aggregation: null, firstIncompleteDate: null };
        gathered.add({ startRow: 0, rows: written.fetchedRows }, page, written);
        const figures = gathered.figures();
        const record = { ...unit, ...figures, generation, runId: "run-1", fetchedAtMs: 0 };
        await rows.completeUnit(record, clock.nowMs());
      },
    },
  };
}

function losingPages(ports: WorkPorts): WorkPorts {
  const { pageRows, unitRowCap } = ports.paging ?? { pageRows: 1, unitRowCap: 1 };
  return { ...ports, paging: { pageRows, unitRowCap: unitRowCap - pageRows } };
}

function tellingLate(ports: WorkPorts): WorkPorts {
  const { ledger, eventBus } = ports;
  const untold: SyncEvent[] = [];
  return {
    ...ports,
    eventBus: {
      async publish(events) {
        untold.push(...events);
      },
    },
    ledger: {
      ...ledger,
      async saveBatch(batch) {
        const answer = await ledger.saveBatch(batch);
        const told = untold.splice(0);
        if (told.length > 0) await eventBus.publish(told);
        return answer;
      },
    },
  };
}

function ignoringSlots(ports: WorkPorts): WorkPorts {
  const { ledger } = ports;
  return {
    ...ports,
    ledger: {
      ...ledger,
      async changeWorkerSlots(decide) {
        await ledger.changeWorkerSlots(decide);
        return true;
      },
    },
  };
}
