import {
  type RolloutFigures,
  speedupOf,
  speedupParts,
} from "../../shared/operations/rollout/rollout-figures.ts";
import { times } from "./report-format.ts";

/**
 * Splits the speed-up into its two factors: more workers, and more requests at a time in each
 * worker.
 */
export function speedupSentence(figures: RolloutFigures): string {
  const speedup = speedupOf(figures);
  const parts = speedupParts(figures);
  if (!figures.asked.forced) return "With --no-force the two runs' times cannot be compared.";
  if (speedup === null || parts === null) return "The speed-up was not measured.";
  return `Speed-up ${times(speedup)} = ${times(parts.workers)} at equal parallelism per worker (more workers busy at a time) × ${times(parts.sideBySide)} from requests that a worker sends side by side (the sequential path sends one at a time).`;
}
