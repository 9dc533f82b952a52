import type * as z from "zod";

/** What does not fit a schema, on one line and without the values: `runs.0.status: Invalid input`. */
export function schemaFaults({ issues }: z.ZodError): string {
  const shown = issues
    .slice(0, 3)
    .map(({ path, message }) => (path.length === 0 ? message : `${path.join(".")}: ${message}`));
  const more = issues.length - shown.length;
  return [...shown, ...(more > 0 ? [`and ${more} more`] : [])].join("; ");
}
