import type { Verdict } from "../../shared/operations/rollout/verdicts.ts";
import { count } from "../output/views/format.ts";

const tenths = new Intl.NumberFormat("en-US", { maximumFractionDigits: 1 });

/** A duration of which ratios are taken: `14.32 s`, `161.05 s`. */
export function exact(ms: number): string {
  return `${(ms / 1_000).toFixed(2)} s`;
}

export function number(value: number): string {
  return Math.abs(value) < 100 ? tenths.format(value) : count(value);
}

export function times(ratio: number): string {
  return `${ratio.toFixed(2)}×`;
}

/** `2026-11-22 01:15:03 UTC`. */
export function utc(atMs: number): string {
  return `${new Date(atMs).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

export function observedText({ metric, observed }: Verdict): string {
  if (typeof observed === "string") return observed;
  return metric.startsWith("speed-up") ? times(observed) : number(observed);
}
