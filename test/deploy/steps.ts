import { test } from "vitest";

/**
 * The steps of a check in their order: each is a test, and one after a failed one does not start,
 * because it would only say the same again, slowly.
 */
export function orderedSteps() {
  const took: { readonly title: string; readonly ms: number }[] = [];
  let failed: string | undefined;

  function step(title: string, body: () => Promise<void>, timeoutMs = 600_000): void {
    test(
      title,
      async () => {
        if (failed !== undefined) throw new Error(`not tried: "${failed}" failed before it`);
        const startedMs = performance.now();
        try {
          await body();
        } catch (error) {
          failed = title;
          throw error;
        }
        took.push({ title, ms: performance.now() - startedMs });
      },
      timeoutMs,
    );
  }
  return {
    step,
    /** A line a step, and the closing one. */
    report(): readonly string[] {
      const totalMs = took.reduce((sum, { ms }) => sum + ms, 0);
      const passed = `${took.length} steps passed in ${seconds(totalMs)} s`;
      return [
        ...took.map(({ title, ms }) => `  ${seconds(ms).padStart(6)} s  ${title}`),
        `deploy check: ${failed === undefined ? passed : `"${failed}" failed; before it, ${passed}`}`,
      ];
    },
  };
}

function seconds(ms: number): string {
  return (ms / 1_000).toFixed(1);
}
