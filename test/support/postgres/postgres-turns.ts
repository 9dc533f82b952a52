/** Ends the turn it was given for. */
export type EndTurn = () => void;

/** Hands out the one database session, first come first served. */
export type PostgresTurns = { take(): Promise<EndTurn> };

export function createPostgresTurns(): PostgresTurns {
  let lastTurn: Promise<void> = Promise.resolve();
  return {
    async take() {
      const before = lastTurn;
      const { promise, resolve } = Promise.withResolvers<void>();
      lastTurn = promise;
      await before;
      return resolve;
    },
  };
}
