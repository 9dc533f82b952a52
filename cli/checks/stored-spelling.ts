import type { PacificDate } from "../../shared/request/pacific-date.ts";
import { readSiteUrl } from "../../shared/request/site-url.ts";
import type { RowStore } from "../../shared/rows/row-store.ts";

/**
 * The spelling under which a property's rows are stored: versions before this one stored
 * `sc-domain:Example.com` as it was typed.
 */
export async function storedSpelling(
  rows: Pick<RowStore, "readUnits">,
  typed: string,
  range: { readonly from: PacificDate; readonly to: PacificDate },
): Promise<string> {
  const { siteUrl = typed } = readSiteUrl(typed);
  if (siteUrl === typed) return typed;
  const found = await rows.readUnits({ siteUrl, ...range });
  return found.length > 0 ? siteUrl : typed;
}
