import type { ScopeSettings } from "../../shared/quota/quota.ts";
import { count } from "../output/views/format.ts";
import type { LeverFigures } from "./effective-settings.ts";

type Difference = {
  readonly name: string;
  readonly option: string;
  /** Undefined: not set, which is the default. */
  readonly was: number | undefined;
  readonly is: number | undefined;
};

/** The text that tells others of a change, to be pasted into a chat or ticket. */
export function leverAnnouncement(change: {
  readonly stage: string;
  /** Who changed it: an ARN. */
  readonly by: string;
  readonly before: LeverFigures;
  readonly after: LeverFigures;
  readonly dashboardUrl: string;
}): string {
  const { stage, by, before, after, dashboardUrl } = change;
  const groups = [
    { whose: "", who: "", differences: figureDifferences(before, after) },
    ...scopeDifferences("--site-url", before.properties, after.properties),
    ...scopeDifferences("--account-id", before.accounts, after.accounts),
  ].filter(({ differences }) => differences.length > 0);
  return [
    ...(groups.length === 0 ? [`gsc-sync ${stage}: nothing changed`] : []),
    ...groups.map(({ whose, differences }) => `gsc-sync ${stage}: ${whose}${told(differences)}`),
    `by ${by}`,
    `Watch: ${dashboardUrl}`,
    ...groups.map(
      ({ who, differences }) =>
        `Undo: npx gsc-sync --stage ${stage} lever ${who}${undoing(differences)}`,
    ),
  ].join("\n");
}

function figureDifferences(before: LeverFigures, after: LeverFigures): readonly Difference[] {
  return differing([
    { name: "lever", option: "--set", was: before.lever, is: after.lever },
    { name: "in flight", option: "--in-flight", was: before.inFlight, is: after.inFlight },
    { name: "queue", option: "--queue-size", was: before.queueSize, is: after.queueSize },
    { name: "QPM", option: "--qpm", was: before.qpm, is: after.qpm },
  ]);
}

/** The differences of each property or account. */
function scopeDifferences(
  option: "--site-url" | "--account-id",
  before: Readonly<Record<string, ScopeSettings>>,
  after: Readonly<Record<string, ScopeSettings>>,
) {
  const ids = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...ids].sort().map((id) => ({
    whose: `${option === "--site-url" ? "property" : "account"} ${id}: `,
    who: `${option} ${id} `,
    differences: differing([
      { name: "QPM", option: "--qpm", was: before[id]?.qpm, is: after[id]?.qpm },
      { name: "Google's limit", option: "--limit", was: before[id]?.limit, is: after[id]?.limit },
    ]),
  }));
}

function differing(all: readonly Difference[]): readonly Difference[] {
  return all.filter(({ was, is }) => was !== is);
}

function told(differences: readonly Difference[]): string {
  const text = (value: number | undefined) => (value === undefined ? "default" : count(value));
  return differences.map(({ name, was, is }) => `${name} ${text(was)} → ${text(is)}`).join(", ");
}

function undoing(differences: readonly Difference[]): string {
  return differences.map(({ option, was }) => `${option} ${was ?? "default"}`).join(" ");
}
