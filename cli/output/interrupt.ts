/** Two signals closer than this are one: a terminal and a launcher may both deliver it. */
const sameSignalMs = 300;

/**
 * Handles Ctrl-C, SIGTERM and SIGHUP while a command works: the first signal calls `first`, the
 * second `second`.
 */
export function onInterrupt(first: () => void, second: () => void): Disposable {
  let count = 0;
  let lastMs = Number.NEGATIVE_INFINITY;
  function interrupted(): void {
    const nowMs = performance.now();
    if (nowMs - lastMs < sameSignalMs) return;
    lastMs = nowMs;
    count += 1;
    if (count === 1) first();
    else second();
  }
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, interrupted);
  return {
    [Symbol.dispose]() {
      for (const signal of signals) process.off(signal, interrupted);
    },
  };
}
