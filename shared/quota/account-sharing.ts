/**
 * What the properties of an account want of its budget, as each last published it. A property that
 * has published nothing for a window's length is forgotten.
 */
export type Demands = Readonly<Record<string, Demand>>;

export type Demand = {
  /** Requests granted to it in its own window. */
  readonly used: number;
  /** When this was published (epoch seconds). */
  readonly told: number;
  /** When it last wanted more than it got of the account (epoch seconds; 0: never). */
  readonly hungry: number;
};

export const noDemands: Demands = {};

/** Those that still count at the epoch second `nowSeconds`. */
export function demandsAt(demands: Demands, nowSeconds: number): Demands {
  const live = Object.entries(demands).filter(
    ([, { told }]) => told > nowSeconds - rememberedSeconds,
  );
  return live.length === Object.keys(demands).length ? demands : Object.fromEntries(live);
}

/**
 * How much of the account's budget property `me` may use in a window: an equal share, and what the
 * others leave of theirs. A property that wants more counts as wanting all it could get; another one
 * as wanting a little more than it uses, so that it can grow. What a silent property used leaves the
 * window with time: a run that has ended must not keep its share from the next for a minute.
 */
export function fairShare(
  budget: number,
  demands: Demands,
  me: string,
  nowSeconds: number,
): number {
  const wanted = Object.entries(demandsAt(demands, nowSeconds))
    .filter(([id]) => id !== me)
    .map(([, demand]) => wantOf(demand, nowSeconds))
    .sort((a, b) => a - b);
  let left = budget;
  for (const [index, want] of wanted.entries()) {
    const share = left / (wanted.length - index + 1);
    if (want >= share) return Math.max(Math.floor(share), 1);
    left -= want;
  }
  return Math.max(Math.floor(left), 1);
}

/** A demand is published again once it is this old, unless a claim has published it before. */
export const republishSeconds = 5;

const rememberedSeconds = 63;
const hungrySeconds = 2 * republishSeconds;

function wantOf({ used, told, hungry }: Demand, nowSeconds: number): number {
  if (hungry > nowSeconds - hungrySeconds) return Number.POSITIVE_INFINITY;
  const silentSeconds = Math.max(nowSeconds - told - republishSeconds, 0);
  const left = used * (1 - silentSeconds / rememberedSeconds);
  return Math.max(left * 1.2, left + 5);
}
