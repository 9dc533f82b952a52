import { defaultInFlight, defaultQueueSize, type Settings } from "../../shared/ledger/settings.ts";
import type { ScopeSettings } from "../../shared/quota/quota.ts";
import { defaultBudget } from "../../shared/quota/scopes.ts";
import { count } from "../output/views/format.ts";
import { pad } from "../output/views/text-width.ts";

/** The effective run-time configuration; the JSON contract of `gsc-sync lever`. */
export type LeverFigures = {
  readonly lever: number;
  readonly inFlight: number;
  readonly queueSize: number;
  readonly qpm: number;
  readonly properties: Readonly<Record<string, ScopeSettings>>;
  readonly accounts: Readonly<Record<string, ScopeSettings>>;
};

export function effectiveSettings(settings: Settings): LeverFigures {
  return {
    lever: settings.lever,
    inFlight: settings.inFlight ?? defaultInFlight,
    queueSize: settings.queueSize ?? defaultQueueSize,
    qpm: settings.qpm ?? defaultBudget,
    properties: settings.properties ?? {},
    accounts: settings.accounts ?? {},
  };
}

/** The run-time configuration, a line a value. */
export function leverText(figures: LeverFigures): string {
  const lines = [
    ["lever", `${figures.lever}${leverNote(figures.lever)}`],
    ["in flight", `at most ${count(figures.inFlight)} batches of a run`],
    ["queue", `at most ${count(figures.queueSize)} batches of a run`],
    ["QPM", `${count(figures.qpm)} requests a minute for each property and account`],
    ...scopeLines("property", figures.properties),
    ...scopeLines("account", figures.accounts),
  ];
  const width = Math.max(...lines.map(([label = ""]) => label.length)) + 2;
  return lines.map(([label = "", text = ""]) => `${pad(label, width, "left")}${text}`).join("\n");
}

function leverNote(lever: number): string {
  if (lever === 0) return " (nothing starts)";
  return lever === 1 ? " worker, one request at a time" : " workers at once";
}

function scopeLines(kind: string, scopes: LeverFigures["properties"]): readonly string[][] {
  return Object.entries(scopes).map(([id, { limit, qpm }]) => [
    kind,
    [
      id,
      qpm === undefined ? "" : `${count(qpm)} requests a minute`,
      limit === undefined ? "" : `Google's limit ${count(limit)}`,
    ]
      .filter((part) => part !== "")
      .join(", "),
  ]);
}
