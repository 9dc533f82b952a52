import type { PageMemoryBudget } from "../../shared/sync/fetch/page-memory-budget.ts";

/**
 * A process's room with an eye on who is let in. A page's size is not known before it is there, so
 * what is held may be more than `maxBytes`; what is promised is that nobody is let in beside others
 * unless what has come, and each page that is still awaited, taken to be as large as the last of its
 * kind was, leave room for one more like the last. Whoever must stop is let in at any time.
 */
export function watchRoom(
  room: PageMemoryBudget,
  maxBytes: number,
  violated: (what: string) => void,
): PageMemoryBudget {
  /** Bytes by page inside. */
  const inside = new Map<symbol, number>();
  const lastOfKind = new Map<string, number>();

  function judgeEntry(kind: string): void {
    const others = [...inside.values()];
    const held = others.reduce((sum, bytes) => sum + bytes, 0);
    const one = lastOfKind.get(kind) ?? 0;
    if (others.length === 0 || held + one <= maxBytes) return;
    violated(`a page of some ${one} bytes was let in beside ${held}, of ${maxBytes}`);
  }

  return {
    async reserve(kind, signal) {
      const reservation = await room.reserve(kind, signal);
      const page = Symbol(kind);
      if (!signal.aborted) judgeEntry(kind);
      inside.set(page, lastOfKind.get(kind) ?? 0);
      return {
        arriving(bytes) {
          inside.set(page, Math.max(bytes, inside.get(page) ?? 0));
          reservation.arriving(bytes);
        },
        arrived(bytes) {
          inside.set(page, bytes);
          lastOfKind.set(kind, bytes);
          reservation.arrived(bytes);
        },
        release() {
          inside.delete(page);
          reservation.release();
        },
      };
    },
  };
}
