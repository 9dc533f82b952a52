import type { WorkPorts } from "../../../shared/sync/fetch/fetch-ports.ts";
import { intercept, type PortCall } from "../fakes/intercept.ts";

/** Whether a process ends at its nth call: before it, or when it has taken effect. */
export type Fate = (call: PortCall, nth: number) => "before" | "after" | "live";

/**
 * A process that ends, without a word, at the call that `fate` names. What else of it is under
 * way then never comes back either. `around` goes around the calls of its ports.
 */
export function mortalProcess(fate: Fate): {
  readonly death: Promise<"died">;
  around(call: PortCall, make: () => unknown): unknown;
} {
  const { promise: death, resolve: die } = Promise.withResolvers<"died">();
  const never = new Promise<never>(() => {});
  let dead = false;
  let calls = 0;

  function end(): Promise<never> {
    dead = true;
    die("died");
    return never;
  }

  return {
    death,
    around(call, make) {
      if (call.method === "nowMs" || call.method === "random") return make();
      if (dead) return never;
      calls += 1;
      const now = fate(call, calls);
      if (now === "before") return end();
      return Promise.resolve(make()).then(
        (value) => (dead ? never : now === "after" ? end() : value),
        (error) => (dead ? never : Promise.reject(error)),
      );
    },
  };
}

/** The ports of a worker whose process is mortal. */
export function mortalWorker(
  ports: WorkPorts,
  fate: Fate,
): { readonly ports: WorkPorts; readonly death: Promise<"died"> } {
  const { death, around } = mortalProcess(fate);
  return {
    death,
    ports: {
      ...ports,
      ledger: intercept("ledger", ports.ledger, around),
      rows: intercept("rows", ports.rows, around),
      quota: intercept("quota", ports.quota, around),
      eventBus: intercept("eventBus", ports.eventBus, around),
      searchConsole: intercept("searchConsole", ports.searchConsole, around),
      clock: intercept("clock", ports.clock, around),
    },
  };
}
