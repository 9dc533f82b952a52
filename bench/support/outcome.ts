import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import * as z from "zod";

const OutcomeSchema = z.object({
  name: z.string(),
  ratios: z.array(
    z.object({
      what: z.string(),
      value: z.number(),
      /** What to aim at, as a person reads it; "" where there is no aim. */
      aim: z.string(),
    }),
  ),
  raw: z.unknown(),
});

/** What a benchmark found: ratios for the table, the figures behind them for the file. */
export type Outcome = z.infer<typeof OutcomeSchema>;
export type Ratio = Outcome["ratios"][number];

const folder = join(import.meta.dirname, "../../output/bench");

export function outcomeFile(name: string): string {
  return join(folder, `${name}.json`);
}

/** Prints the ratios and keeps all of it in `output/bench/`. */
export function tellOutcome(outcome: Outcome): void {
  mkdirSync(folder, { recursive: true });
  writeFileSync(outcomeFile(outcome.name), `${JSON.stringify(outcome, null, 2)}\n`);
  console.log(`\n${ratioTable([outcome])}`);
}

/** @throws ZodError */
export function parseOutcome(text: string): Outcome {
  return OutcomeSchema.parse(JSON.parse(text));
}

export function ratioTable(outcomes: readonly Outcome[]): string {
  const rows = outcomes.flatMap(({ name, ratios }) =>
    ratios.map(({ what, value, aim }) => [name, what, valueText(value), aim] as const),
  );
  const width = Math.max(...rows.map(([, what]) => what.length));
  return rows
    .map(([name, what, value, aim]) =>
      `${name.padEnd(9)} ${what.padEnd(width)} ${value.padStart(9)}  ${aim}`.trimEnd(),
    )
    .join("\n");
}

function valueText(value: number): string {
  if (Math.abs(value) >= 1_000) return value.toLocaleString("en", { maximumFractionDigits: 0 });
  return value.toFixed(Math.abs(value) >= 100 ? 0 : 2);
}
