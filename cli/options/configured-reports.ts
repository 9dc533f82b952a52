import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import {
  type Configuration,
  emptyConfiguration,
  parseConfiguration,
} from "../../shared/config/configuration.ts";
import { configurationFile, environmentNames } from "../../shared/config/names.ts";
import type { Report } from "../../shared/request/report.ts";
import { UsageError } from "../output/errors.ts";

let read: Configuration | undefined;

/** The reports of the configuration file, read once. @throws UsageError with all its faults */
export function configuredReports(): readonly Report[] {
  read ??= readConfiguration(process.env, process.cwd());
  return read.reports;
}

/**
 * The definitions of those reports that are not built in. A run holds them, because workers never
 * read the file, and the file may change during the run.
 */
export function definitionsOf(ids: readonly string[]): { readonly definitions?: Report[] } {
  const definitions = configuredReports().filter(({ id }) => ids.includes(id));
  return definitions.length === 0 ? {} : { definitions };
}

/** The file that the environment names, or the working folder's if there is one. */
export function readConfiguration(
  environment: Readonly<Record<string, string | undefined>>,
  folder: string,
): Configuration {
  const named = environment[environmentNames.configuration] || undefined;
  const file = resolve(folder, named ?? configurationFile);
  const text = readText(file, named !== undefined);
  if (text === undefined) return emptyConfiguration;
  const parsed = parseConfiguration(text);
  if (parsed.kind === "configuration") return parsed.configuration;
  throw new UsageError(`${file} is wrong: ${parsed.faults.join("; ")}`);
}

function readText(file: string, required: boolean): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (code === "ENOENT" && !required) return undefined;
    throw new UsageError(
      `${file} cannot be read (${code}): check ${environmentNames.configuration}`,
    );
  }
}
