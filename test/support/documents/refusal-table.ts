import { readFileSync } from "node:fs";
import { join } from "node:path";

export type RefusalRow = {
  readonly what: string;
  readonly line: string;
  readonly exitCode: number;
};

/** The rows of docs/refusals.md. */
export function readRefusalTable(): readonly RefusalRow[] {
  const text = readFileSync(join(import.meta.dirname, "../../../docs/refusals.md"), "utf8");
  return [...text.matchAll(/^\| (.+?) \| `(.+)` \| (\d) \|$/gm)].map(
    ([, what = "", line = "", code]) => ({ what, line, exitCode: Number(code) }),
  );
}

/** Matches a line of the table: `…` is anything within the line. */
export function linePattern(line: string): RegExp {
  const literal = line.split("…").map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`(?:^|: )${literal.join("[^\\n]*")}$`, "m");
}
