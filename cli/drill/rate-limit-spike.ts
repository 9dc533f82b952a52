import { alarmRaised } from "./detect.ts";
import type { Scenario } from "./scenario.ts";

/** Google refuses for quota: the lever goes to 1, then usage is watched. */
export const rateLimitSpike: Scenario = {
  says: "Google refuses requests for quota",
  days: 150,
  watched: true,
  async provoke({ server, siteUrl }) {
    await server.setFaults([{ kind: "429-qps", siteUrl, times: 5 }]);
    return { [Symbol.asyncDispose]: () => server.setFaults([]) };
  },
  detect: ({ stage }, sinceMs) => alarmRaised(stage, ["quota-exceeded-page"], sinceMs),
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
