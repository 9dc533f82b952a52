import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { type StageName, stageNames } from "../../shared/config/names.ts";
import { type StageSettings, StageSettingsSchema } from "./stage-settings.ts";

/** What differs between the stages; everything else is the same in all of them. */
export type Stage = StageSettings & { readonly name: StageName };

const repository = join(import.meta.dirname, "../..");
const stagesFolder = join(import.meta.dirname);

/**
 * Reads a stage's file, `<name>.json` in the folder.
 * @throws StageError, whose message is a line for a person for each fault.
 */
export function stageNamed(name: unknown, folder = stagesFolder): Stage {
  const known = stageNames.find((stageName) => stageName === name);
  if (known === undefined) {
    const choice = `use -c stage=${stageNames.join("|")}`;
    throw new StageError([`unknown stage ${JSON.stringify(name)}: ${choice}`]);
  }
  const path = join(folder, `${known}.json`);
  const shown = relative(repository, path);
  const parsed = StageSettingsSchema.safeParse(readJson(path, shown));
  if (parsed.success) return { name: known, ...parsed.data };
  throw new StageError(
    parsed.error.issues.map(({ path: field, message }) =>
      [shown, field.join("."), message].filter((part) => part !== "").join(": "),
    ),
  );
}

export class StageError extends Error {
  readonly code = "STAGE";

  constructor(faults: readonly string[]) {
    super(faults.join("\n"));
    this.name = "StageError";
  }
}

function readJson(path: string, shown: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (cause) {
    throw new StageError([`${shown}: cannot be read: ${String(cause)}`]);
  }
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new StageError([`${shown}: is not JSON: ${String(cause)}`]);
  }
}
