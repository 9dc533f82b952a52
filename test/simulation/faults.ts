import type { Dice } from "./dice.ts";

/** What may go wrong in a history, and how often at each opportunity. */
export const faultRates = {
  "worker-death": 0.008,
  "handler-death": 0.012,
  "operator-death": 0.1,
  pause: 0.004,
  "clock-skew": 1,
  "slow-answer": 0.02,
  "lost-race": 0.2,
  "repeated-write": 0.05,
  "ledger-fault": 0.01,
  "ledger-answer-lost": 0.01,
  "store-fault": 0.015,
  "store-answer-lost": 0.015,
  "slow-reader": 0.05,
  "quota-fault": 0.015,
  "event-fault": 0.03,
  "event-answer-lost": 0.03,
  "ledger-outage": 0.002,
  "store-outage": 0.002,
  "quota-outage": 0.004,
  "event-outage": 0.01,
  "message-lost": 0.15,
  "message-doubled": 0.3,
  "message-late": 0.2,
  "message-throttled": 0.2,
  "send-fault": 0.1,
  "queue-cleared": 0.15,
  "history-full": 0.05,
  "google-fault": 0.08,
  "google-slow": 0.05,
  "google-refusal": 0.04,
  "stale-token": 0.03,
  credentials: 0.01,
  revision: 0.05,
  "moved-ties": 0.2,
  halt: 0.2,
  lever: 0.3,
  limits: 0.2,
  "execution-stopped": 0.1,
  rival: 0.15,
} as const;

export type FaultKind = keyof typeof faultRates;

/** Most strikes of a kind in a history; a unit has eight attempts, and every death takes 20 s. */
const mostStrikes: Partial<Record<FaultKind, number>> = {
  "worker-death": 4,
  "handler-death": 4,
  "operator-death": 2,
  pause: 3,
  "slow-answer": 8,
  "ledger-fault": 4,
  "ledger-answer-lost": 4,
  "store-fault": 4,
  "store-answer-lost": 4,
  "slow-reader": 6,
  "quota-fault": 3,
  "event-fault": 3,
  "event-answer-lost": 3,
  "ledger-outage": 1,
  "store-outage": 1,
  "quota-outage": 1,
  "event-outage": 1,
  "google-refusal": 2,
  "stale-token": 3,
  credentials: 1,
  halt: 3,
  "execution-stopped": 2,
  rival: 1,
  "queue-cleared": 2,
  "history-full": 2,
};

export type Faults = {
  /** Whether this kind strikes at this opportunity. */
  strikes(kind: FaultKind): boolean;
  /** The kinds that this history may meet. */
  readonly enabled: ReadonlySet<FaultKind>;
  /** How often each has struck. */
  readonly struck: ReadonlyMap<FaultKind, number>;
  /** From here on nothing strikes any more. */
  calm(): void;
};

const leastKinds = 5;

/** Draws the kinds of a history: at least five, each other one in half of the histories. */
export function drawFaults(dice: Dice): Faults {
  const kinds = Object.keys(faultRates).filter(isFaultKind);
  const enabled = new Set(kinds.filter(() => dice.chance(0.4)));
  while (enabled.size < leastKinds) enabled.add(kinds[dice.below(kinds.length)] ?? "pause");
  const struck = new Map<FaultKind, number>();
  let isCalm = false;
  return {
    enabled,
    struck,
    strikes(kind) {
      if (isCalm || !enabled.has(kind)) return false;
      const times = struck.get(kind) ?? 0;
      if (times >= (mostStrikes[kind] ?? Number.POSITIVE_INFINITY)) return false;
      if (!dice.chance(faultRates[kind])) return false;
      struck.set(kind, times + 1);
      return true;
    },
    calm() {
      isCalm = true;
    },
  };
}

/** A history in which nothing goes wrong. */
export function noFaults(): Faults {
  return { enabled: new Set(), struck: new Map(), strikes: () => false, calm() {} };
}

function isFaultKind(name: string): name is FaultKind {
  return name in faultRates;
}
