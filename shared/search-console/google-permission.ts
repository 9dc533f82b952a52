import * as z from "zod";
import { parseJson } from "../lib/parse-json.ts";
import { SearchConsoleError } from "./search-console-error.ts";

const SiteSchema = z.object({ permissionLevel: z.string() });

/**
 * Reads the body of a successful `sites.get`.
 * Source: https://developers.google.com/webmaster-tools/v1/sites#resource
 */
export function parsePermission(body: string): string {
  const parsed = SiteSchema.safeParse(parseJson(body));
  if (parsed.success) return parsed.data.permissionLevel;
  throw new SearchConsoleError("Search Console's answer cannot be used: it names no permission.", {
    failure: { kind: "transient", retryAfterMs: null },
    status: 200,
    reason: "brokenBody",
  });
}
