import * as z from "zod";
import { parseJson } from "../lib/parse-json.ts";
import { type Report, ReportSchema } from "../request/report.ts";
import { definitionFaults } from "../request/report-faults.ts";

/** What a configuration file says; its name and place are in `names.ts`. */
export type Configuration = {
  /** Reports beside the built-in ones. */
  readonly reports: readonly Report[];
};

export type ParsedConfiguration =
  | { readonly kind: "configuration"; readonly configuration: Configuration }
  /** One line each, with the field that it is about. */
  | { readonly kind: "faults"; readonly faults: readonly string[] };

export const emptyConfiguration: Configuration = { reports: [] };

/** Reads a configuration file's text. Every fault is reported, not the first alone. */
export function parseConfiguration(text: string): ParsedConfiguration {
  const json = parseJson(text);
  if (json === undefined) return { kind: "faults", faults: ["the file is not JSON"] };
  const outline = OutlineSchema.safeParse(json);
  if (!outline.success) return { kind: "faults", faults: faultsOf(outline.error, []) };

  // Each report is read on its own: a fault in one hides none of the others'.
  const parsed = outline.data.reports.map((report) => ReportSchema.safeParse(report));
  const reports = parsed.flatMap(({ data }) => (data === undefined ? [] : [data]));
  const faults = [
    ...parsed.flatMap(({ error }, index) =>
      error === undefined ? [] : faultsOf(error, ["reports", index]),
    ),
    ...definitionFaults(reports),
  ];
  if (faults.length > 0) return { kind: "faults", faults };
  return { kind: "configuration", configuration: { reports } };
}

const OutlineSchema = z.strictObject({ reports: z.array(z.unknown()).max(100).default([]) });

function faultsOf(error: z.ZodError, above: readonly PropertyKey[]): readonly string[] {
  return error.issues.map(({ path, message }) => {
    const field = fieldOf([...above, ...path]);
    return field === "" ? message : `${field}: ${message}`;
  });
}

/** `reports[1].dimensions[0]`. */
function fieldOf(path: readonly PropertyKey[]): string {
  return path.reduce<string>((field, part) => {
    if (typeof part === "number") return `${field}[${part}]`;
    return field === "" ? String(part) : `${field}.${String(part)}`;
  }, "");
}
