/**
 * `node test/support/rollouts/check-rollout.ts ROLLOUT.json URL`: recomputes what a rollout told (its
 * `--json`) from the log and the truth of the sample server at URL, which it used and nobody else.
 */
import { readFileSync } from "node:fs";
import * as z from "zod";
import { type RolloutJson, rolloutDisagreements } from "./rollout-check.ts";
import { rolloutFromLog } from "./rollout-from-log.ts";

const SeenSchema = z.object({
  list: z.array(
    z.object({
      date: z.string().nullable(),
      startRow: z.number().nullable(),
      atMs: z.number(),
      status: z.number(),
    }),
  ),
});
const TruthSchema = z.object({ rowCount: z.number() });

const [file = "", url = ""] = process.argv.slice(2);
const told: RolloutJson & { readonly sequential: { readonly siteUrl: string } } = JSON.parse(
  readFileSync(file, "utf8").trimEnd().split("\n").at(-1) ?? "",
);
const log = SeenSchema.parse(await answer("/sample/seen")).list;
const { siteUrl } = told.sequential;
const logged = rolloutFromLog(log);
let rows = 0;
for (const date of logged.concurrent.dates) {
  const query = new URLSearchParams({ siteUrl, date });
  rows += TruthSchema.parse(await answer(`/sample/truth?${query}`)).rowCount;
}
const { sequential, concurrent } = logged;
process.stdout.write(
  `${JSON.stringify({ rows, sequential: { ...sequential, dates: sequential.dates.length }, concurrent: { ...concurrent, dates: concurrent.dates.length }, spanRatio: sequential.spanMs / concurrent.spanMs })}\n`,
);
const disagreements = rolloutDisagreements(told, log, { rows, edgeMs: 10_000 });
process.stdout.write(`${disagreements.join("\n") || "they agree"}\n`);
process.exitCode = disagreements.length === 0 ? 0 : 1;

async function answer(path: string): Promise<unknown> {
  return (await fetch(`${url}${path}`)).json();
}
