import type { GivenBack } from "../../shared/operations/loan/give-back.ts";
import { type Borrowable, borrowable } from "../../shared/operations/loan/loan.ts";

const words: Readonly<Record<Borrowable, string>> = {
  lever: "lever",
  inFlight: "in flight",
  queueSize: "queue",
  qpm: "requests a minute",
};

/** What is again as it was; undefined when nothing had been changed. */
export function givenBackText({ settings, resumed }: GivenBack): string | undefined {
  const parts = [
    ...borrowable.flatMap((name) => {
      const value = settings[name];
      if (value === undefined) return [];
      return [`${words[name]} back ${value === null ? "at its default" : `at ${value}`}`];
    }),
    ...resumed.map((siteUrl) => `nightly sync of ${siteUrl} resumed`),
  ];
  return parts.length === 0 ? undefined : parts.join(", ");
}
