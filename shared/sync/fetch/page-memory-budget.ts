/**
 * How many bytes of Search Console's answers a worker holds at once. A page's size is known when it
 * has arrived. Until then the budget reserves the size of the largest recent page of its kind.
 */
export type PageMemoryBudget = {
  /** Waits until a page fits, or the signal aborts; a single page always fits. */
  reserve(kind: string, signal: AbortSignal): Promise<PageReservation>;
};

export type PageReservation = {
  /** So many bytes of the page are there, and more may come. */
  arriving(bytes: number): void;
  /** The page has arrived and has so many bytes. */
  arrived(bytes: number): void;
  /** The page is no longer held, or none arrived. */
  release(): void;
};

/**
 * A worker's: three whole pages of ordinary URLs, one of very long ones. What is made of a page while
 * it is decoded and written takes some four times its bytes.
 */
export const workerPageBytes = 16 * 1_024 * 1_024;

/** Of a kind of which little is known, so many pages share the room: its first ones may be empty. */
const unknownPages = 3;
const knownAfterPages = 3;
/** What is remembered of the largest page shrinks with each smaller one. */
const fading = 0.9;

export function createPageMemoryBudget(maxBytes: number): PageMemoryBudget {
  const known = new Map<string, { readonly bytes: number; readonly pages: number }>();
  const waiting: (() => void)[] = [];
  let held = 0;
  let pages = 0;

  function expectedBytes(kind: string): number {
    const { bytes = 0, pages: seen = 0 } = known.get(kind) ?? {};
    return seen < knownAfterPages ? Math.max(bytes, maxBytes / unknownPages) : bytes;
  }

  /**
   * All waiters check again, in order: a small page may fit where a large one does not. A caller that
   * releases and reserves at once comes before them, so that a unit that has begun is finished.
   */
  function wake(): void {
    for (const check of waiting.splice(0)) check();
  }

  /** Checking and reserving are one step, so that no other caller checks in between. */
  async function waitForRoom(kind: string, signal: AbortSignal): Promise<number> {
    for (;;) {
      const bytes = expectedBytes(kind);
      if (pages === 0 || held + bytes <= maxBytes || signal.aborted) {
        held += bytes;
        pages += 1;
        return bytes;
      }
      await new Promise<void>((resolve) => {
        const check = () => {
          signal.removeEventListener("abort", check);
          resolve();
        };
        waiting.push(check);
        signal.addEventListener("abort", check);
      });
    }
  }

  return {
    async reserve(kind, signal) {
      let counted = await waitForRoom(kind, signal);
      return {
        arriving(bytes) {
          held += Math.max(bytes - counted, 0);
          counted = Math.max(bytes, counted);
        },
        arrived(bytes) {
          held += bytes - counted;
          counted = bytes;
          const before = known.get(kind);
          known.set(kind, {
            bytes: Math.max(bytes, fading * (before?.bytes ?? 0)),
            pages: (before?.pages ?? 0) + 1,
          });
          wake();
        },
        release() {
          held -= counted;
          pages -= 1;
          wake();
        },
      };
    },
  };
}

/** A budget without a limit. */
export const unboundedMemory: PageMemoryBudget = {
  reserve: async () => ({ arriving() {}, arrived() {}, release() {} }),
};
