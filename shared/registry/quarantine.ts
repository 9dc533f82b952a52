import type { SearchConsole } from "../search-console/search-console.ts";
import { SearchConsoleError } from "../search-console/search-console-error.ts";
import { quarantineProperty } from "./property.ts";
import type { Registry } from "./registry.ts";

/**
 * A Search Console that remembers who said no: a registered property that the account may not
 * read, or does not know, is quarantined before the refusal is handed on. Nothing else is: wrong
 * credentials or a quota are no fault of the property.
 */
export function quarantining(
  searchConsole: SearchConsole,
  registry: Pick<Registry, "changeProperty">,
  nowMs: () => number,
): SearchConsole {
  return {
    async fetchPage(request, signal) {
      try {
        return await searchConsole.fetchPage(request, signal);
      } catch (error) {
        if (isOwnersNo(error)) {
          await registry.changeProperty(request.siteUrl, (property) =>
            property === undefined
              ? undefined
              : quarantineProperty(property, error.message, nowMs()),
          );
        }
        throw error;
      }
    },
  };
}

function isOwnersNo(error: unknown): error is SearchConsoleError {
  if (!(error instanceof SearchConsoleError)) return false;
  return error.failure.kind === "forbidden" || error.failure.kind === "unknown-site";
}
