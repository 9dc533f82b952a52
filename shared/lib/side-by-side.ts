/**
 * Does work on each item, at most `limit` at once; answers in the order of the items. An item is asked
 * for when its turn has come. After a failure nothing more begins, and it is thrown once all that had
 * begun has ended.
 */
export async function sideBySide<Item, Result>(
  items: Iterable<Item>,
  limit: number,
  work: (item: Item, index: number) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  const waiting = items[Symbol.iterator]();
  let failed = false;
  let index = 0;
  const lanes = Array.from({ length: limit }, async () => {
    while (!failed) {
      try {
        const next = waiting.next();
        if (next.done) return;
        const at = index++;
        results[at] = await work(next.value, at);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  });
  const ended = await Promise.allSettled(lanes);
  const broken = ended.find((lane) => lane.status === "rejected");
  if (broken === undefined) return results;
  waiting.return?.();
  throw broken.reason;
}
