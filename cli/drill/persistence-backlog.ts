import { alarmRaised } from "./detect.ts";
import type { Scenario } from "./scenario.ts";

/** Rows are stored too slowly: in flight goes to 5, then the lever to 2. */
export const persistenceBacklog: Scenario = {
  says: "storing rows is slow, and batches take too long",
  days: () => 90,
  watched: false,
  provoke: ({ slowStore }) => slowStore(),
  // In flight stays at the lever + 2 by design: a backlog shows in how long batches take and wait.
  detect: ({ stage }, sinceMs) =>
    alarmRaised(stage, ["batch-duration-page", "queue-size-warn", "queue-size-page"], sinceMs),
  async rollBack({ loan, note }) {
    await loan.set({ inFlight: 5 });
    note("in flight set to 5");
    await loan.set({ lever: 2 });
    note("lever set to 2");
  },
  effect: {
    says: "two workers, at most five batches in flight",
    taken: 2,
    inFlight: 5,
    underWay: Number.POSITIVE_INFINITY,
    withFirstRequest: false,
  },
};
