import type { LeverFigures } from "../lever-figures.ts";
import { count } from "./format.ts";

/** What others are told of a change, to be pasted where they read. */
export function leverAnnouncement(change: {
  readonly stage: string;
  /** Who changed it: an ARN. */
  readonly by: string;
  readonly before: LeverFigures;
  readonly after: LeverFigures;
  readonly dashboardUrl: string;
}): string {
  const { stage, by, before, after, dashboardUrl } = change;
  const differences = figuresOf(before).flatMap(([name, option, was], index) => {
    const is = figuresOf(after)[index]?.[2] ?? was;
    return is === was ? [] : [{ name, option, was, is }];
  });
  const undo = differences.map(({ option, was }) => `${option} ${was}`).join(" ");
  return [
    `gsc-sync ${stage}: ${
      differences.length === 0
        ? "settings of single properties or accounts changed"
        : differences.map(({ name, was, is }) => `${name} ${count(was)} → ${count(is)}`).join(", ")
    }`,
    `by ${by}`,
    `Watch: ${dashboardUrl}`,
    ...(undo === "" ? [] : [`Undo: npx gsc-sync --stage ${stage} lever ${undo}`]),
  ].join("\n");
}

function figuresOf({
  lever,
  inFlight,
  queueSize,
  qpm,
}: LeverFigures): readonly (readonly [name: string, option: string, value: number])[] {
  return [
    ["lever", "--set", lever],
    ["in flight", "--in-flight", inFlight],
    ["queue", "--queue-size", queueSize],
    ["QPM", "--qpm", qpm],
  ];
}
