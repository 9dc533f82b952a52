import { alarmRaised } from "./detect.ts";
import type { Scenario } from "./scenario.ts";

/** Search Console keeps 16 months. */
const mostDays = 480;

const spikes = [
  "quota-exceeded-page",
  "quota-usage-property-escalate",
  "quota-usage-account-escalate",
  "quota-usage-property-page",
  "quota-usage-account-page",
];

/** Google refuses for quota: the lever goes to 1, then usage is watched. */
export const rateLimitSpike: Scenario = {
  says: "Google refuses requests for quota",
  // At one request at a time, the run is to go on while it is watched.
  days: (watchMs) => Math.min(150 + Math.ceil(watchMs / 500), mostDays),
  watched: true,
  async provoke({ server, siteUrl }) {
    await server.setFaults([{ kind: "429-qps", siteUrl, times: 5 }]);
    return { [Symbol.asyncDispose]: () => server.setFaults([]) };
  },
  detect: ({ stage }, sinceMs) => alarmRaised(stage, spikes, sinceMs),
  async rollBack({ loan, note }) {
    await loan.set({ lever: 1 });
    note("lever set to 1");
  },
  effect: {
    says: "one worker, one request at a time",
    taken: 1,
    inFlight: 1,
    underWay: 1,
    withFirstRequest: false,
  },
};
