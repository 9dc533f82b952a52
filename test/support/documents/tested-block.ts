import { readFileSync } from "node:fs";
import { join } from "node:path";

/** The fenced block under `<!-- tested: name -->` of a document. */
export function testedBlock(document: string, name: string): string {
  const text = readFileSync(join(import.meta.dirname, "../../..", document), "utf8");
  const block = new RegExp(`<!-- tested: ${name} -->\\n\`\`\`\\w*\\n([\\s\\S]*?)\`\`\``).exec(text);
  if (block?.[1] === undefined) throw new Error(`${document} has no tested block ${name}`);
  return block[1];
}
