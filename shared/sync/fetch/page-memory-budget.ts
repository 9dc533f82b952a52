/**
 * How much of Search Console's answers a worker holds at once: parallelism is bounded by bytes as
 * well as by number. A page's size is known when it is there; until then it is taken to be as large
 * as the largest of its kind lately.
 */
export type PageMemoryBudget = {
  /** Waits until there is room for a page, or the signal aborts; one page always has room. */
  enter(kind: string, signal: AbortSignal): Promise<PageSeat>;
};

export type PageSeat = {
  /** The page is there, with so many bytes. */
  came(bytes: number): void;
  /** It is held no longer, or none came. */
  leave(): void;
};

/**
 * A worker's: three whole pages of ordinary URLs, one of very long ones. What is made of a page while
 * it is decoded and written takes some four times its bytes.
 */
export const workerRoomBytes = 16 * 1_024 * 1_024;

/** Of a kind of which little is known, so many pages share the room: its first ones may be empty. */
const unknownPages = 3;
const knownAfterPages = 3;
/** What is remembered of the largest page shrinks with each smaller one. */
const fading = 0.9;

export function pageMemoryBudget(maxBytes: number): PageMemoryBudget {
  const known = new Map<string, { readonly bytes: number; readonly pages: number }>();
  const waiting: (() => void)[] = [];
  let held = 0;
  let pages = 0;

  function expectedBytes(kind: string): number {
    const { bytes = 0, pages: seen = 0 } = known.get(kind) ?? {};
    return seen < knownAfterPages ? Math.max(bytes, maxBytes / unknownPages) : bytes;
  }

  /**
   * All look again, in order: a small page may have room where a large one has none. Whoever leaves
   * and enters at once is before them, so that a unit that has begun comes to its end.
   */
  function wake(): void {
    for (const look of waiting.splice(0)) look();
  }

  /** Looking and going in are one step: between them nobody else looks. */
  async function goIn(kind: string, signal: AbortSignal): Promise<number> {
    for (;;) {
      const bytes = expectedBytes(kind);
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
      let counted = await goIn(kind, signal);
      return {
        came(bytes) {
          held += bytes - counted;
          counted = bytes;
          const before = known.get(kind);
          known.set(kind, {
            bytes: Math.max(bytes, fading * (before?.bytes ?? 0)),
            pages: (before?.pages ?? 0) + 1,
          });
          wake();
        },
        leave() {
          held -= counted;
          pages -= 1;
          wake();
        },
      };
    },
  };
}

/** The room of one that holds whatever comes. */
export const unboundedRoom: PageMemoryBudget = { enter: async () => ({ came() {}, leave() {} }) };
