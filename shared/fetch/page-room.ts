/**
 * How much of Search Console's answers a worker holds at once: parallelism is bounded by bytes as
 * well as by number. A page's size is known when it is there; until then it is taken to be as large
 * as the largest of its kind lately.
 */
export type PageRoom = {
  /**
   * Waits until there is room for a page, or the signal aborts; one page always has room. Answers how
   * to leave, with the bytes that the page had: 0 where none came.
   */
  enter(kind: string, signal: AbortSignal): Promise<(bytes: number) => void>;
};

/**
 * A worker's: three whole pages of ordinary URLs, one of very long ones. What is made of a page while
 * it is decoded and written takes some four times its bytes.
 */
export const workerRoomBytes = 16 * 1_024 * 1_024;

/** Of a kind of which nothing is known, so many pages share the room. */
const unknownPages = 3;
/** What is remembered of the largest page shrinks with each smaller one. */
const fading = 0.9;

export function pageRoom(maxBytes: number): PageRoom {
  const known = new Map<string, number>();
  const waiting: (() => void)[] = [];
  let held = 0;
  let pages = 0;

  /** All look again, in order: a small page may have room where a large one has none. */
  function wake(): void {
    for (const look of waiting.splice(0)) look();
  }

  /** Looking and going in are one step: between them nobody else looks. */
  async function goIn(kind: string, signal: AbortSignal): Promise<number> {
    for (;;) {
      const bytes = known.get(kind) ?? maxBytes / unknownPages;
      if (pages === 0 || held + bytes <= maxBytes || signal.aborted) {
        held += bytes;
        pages += 1;
        return bytes;
      }
      await new Promise<void>((resolve) => {
        const look = () => {
          signal.removeEventListener("abort", look);
          resolve();
        };
        waiting.push(look);
        signal.addEventListener("abort", look);
      });
    }
  }

  return {
    async enter(kind, signal) {
      const expected = await goIn(kind, signal);
      return (bytes) => {
        held -= expected;
        pages -= 1;
        if (bytes > 0) known.set(kind, Math.max(bytes, fading * (known.get(kind) ?? 0)));
        wake();
      };
    },
  };
}

/** The room of one that holds whatever comes. */
export const unboundedRoom: PageRoom = { enter: async () => () => {} };
