/** Time and chance, passed in so that tests and simulation decide them. */
export type Clock = {
  /** Epoch ms. */
  nowMs(): number;
  /** Resolves after `ms`, or at once when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** In [0, 1). */
  random(): number;
};
