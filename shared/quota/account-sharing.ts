/**
 * The properties that an account's budget is shared by, as each last told of itself. A property
 * that has been silent for a window's length is forgotten.
 */
export type Sharers = Readonly<Record<string, Sharer>>;

export type Sharer = {
  /** Requests granted to it in its own window. */
  readonly used: number;
  /** When it told (epoch seconds). */
  readonly told: number;
  /** When it last wanted more than it got of the account (epoch seconds; 0: never). */
  readonly hungry: number;
};

export const noSharers: Sharers = {};

/** Those that still count at the epoch second `nowSeconds`. */
export function sharersAt(sharers: Sharers, nowSeconds: number): Sharers {
  const live = Object.entries(sharers).filter(
    ([, { told }]) => told > nowSeconds - rememberedSeconds,
  );
  return live.length === Object.keys(sharers).length ? sharers : Object.fromEntries(live);
}

/**
 * How much of the account's budget property `me` may use in a window: an equal share, and what the
 * others leave of theirs. One that wants more counts as wanting all it could get; another one as
 * wanting a little more than it uses, so that it can grow. What a silent one used leaves the window
 * with time: a run that has ended must not keep its share from the next for a minute.
 */
export function fairShare(
  budget: number,
  sharers: Sharers,
  me: string,
  nowSeconds: number,
): number {
  const wanted = Object.entries(sharersAt(sharers, nowSeconds))
    .filter(([id]) => id !== me)
    .map(([, sharer]) => wantOf(sharer, nowSeconds))
    .sort((a, b) => a - b);
  let left = budget;
  for (const [index, want] of wanted.entries()) {
    const share = left / (wanted.length - index + 1);
    if (want >= share) return Math.max(Math.floor(share), 1);
    left -= want;
  }
  return Math.max(Math.floor(left), 1);
}

/** A sharer tells again once what it told is this old, unless it is granted something before. */
export const tellAgainSeconds = 5;

const rememberedSeconds = 63;
const hungrySeconds = 2 * tellAgainSeconds;

function wantOf({ used, told, hungry }: Sharer, nowSeconds: number): number {
  if (hungry > nowSeconds - hungrySeconds) return Number.POSITIVE_INFINITY;
  const silentSeconds = Math.max(nowSeconds - told - tellAgainSeconds, 0);
  const left = used * (1 - silentSeconds / rememberedSeconds);
  return Math.max(left * 1.2, left + 5);
}
