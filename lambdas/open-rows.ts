import { readRowsPlace } from "../shared/config/environment.ts";
import { openRowStore } from "../shared/rows/open-row-store.ts";
import { resolvedPlace } from "../shared/rows/resolve-rows-place.ts";
import type { RowStore } from "../shared/rows/row-store.ts";
import { documents } from "./container.ts";
import { readSecret } from "./secrets.ts";

const place = readRowsPlace();
let opening: Promise<RowStore> | undefined;

/** The row store, opened at the first call; a failed opening is tried again at the next. */
export function openRows(): Promise<RowStore> {
  opening ??= open().catch((error: unknown) => {
    opening = undefined;
    throw error;
  });
  return opening;
}

async function open(): Promise<RowStore> {
  return openRowStore(await resolvedPlace(place, readSecret), documents);
}
