import type { Observed } from "../support/observed.ts";

/** Operations that a stage is billed for; what commands and the home's own servers ask is not among them. */
export type Operations = {
  /** Of the ledger and quota tables. */
  readonly writes: number;
  readonly reads: number;
  readonly queue: number;
  readonly transitions: number;
  readonly events: number;
};

/** What one of each needs. A take answers one message and works a batch for a slice of some 4 s. */
export type OperationsByCause = {
  readonly request: Operations;
  readonly unit: Operations;
  readonly take: Operations;
  readonly run: Operations;
};

const none: Operations = { writes: 0, reads: 0, queue: 0, transitions: 0, events: 0 };

/** States entered between two looks of the dispatcher, and by a run that has its plan and its end. */
const transitionsALook = 5;
const transitionsARun = 7;

/** An empty receive aside, a message is sent, received and deleted. */
const queueOperationsARing = 3;

export function operationsByCause(
  { operations, invocations }: Observed,
  of: { readonly requests: number; readonly units: number },
): OperationsByCause {
  const functions = operations.filter(({ who }) => who !== "command");
  const worker = functions.filter(({ who }) => who === "fetch-batch");
  const quota = worker.filter(({ table }) => table === "quota");
  const units = worker.filter(
    ({ operation, item }) =>
      operation === "PutEvents" || (operation === "PutItem" && item === "BATCH"),
  );
  const ends = functions.filter(({ who }) => who === "plan-run" || who === "finish-run");
  const takes = operations.filter(({ operation }) => operation === "SendMessage").length;
  const looks = invocations.filter(({ who }) => who === "dispatch-batches").length;
  const rest = new Set([...quota, ...units, ...ends]);
  const perRing = share(
    functions.filter((operation) => !rest.has(operation)),
    takes,
  );
  return {
    request: share(quota, of.requests),
    unit: share(units, of.units),
    take: {
      ...perRing,
      queue: queueOperationsARing,
      transitions: round((looks * transitionsALook) / takes + 1),
    },
    run: { ...share(ends, 1), transitions: transitionsARun },
  };
}

function share(operations: Observed["operations"], among: number): Operations {
  const count = (names: readonly string[]) =>
    round(operations.filter(({ operation }) => names.includes(operation)).length / among);
  return {
    ...none,
    writes: count(["PutItem", "UpdateItem"]),
    reads: count(["GetItem", "Query"]),
    events: count(["PutEvents"]),
  };
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

/** Of so many of each. */
export function operationsOf(
  by: OperationsByCause,
  counts: Readonly<Record<keyof OperationsByCause, number>>,
): Operations {
  const sum = (what: keyof Operations) =>
    by.request[what] * counts.request +
    by.unit[what] * counts.unit +
    by.take[what] * counts.take +
    by.run[what] * counts.run;
  return {
    writes: sum("writes"),
    reads: sum("reads"),
    queue: sum("queue"),
    transitions: sum("transitions"),
    events: sum("events"),
  };
}
