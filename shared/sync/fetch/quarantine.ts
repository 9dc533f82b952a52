import { quarantineProperty } from "../../registry/property.ts";
import type { Registry } from "../../registry/registry.ts";
import type { SearchConsole } from "../../search-console/search-console.ts";
import { SearchConsoleError } from "../../search-console/search-console-error.ts";

/**
 * A Search Console that remembers who said no: a registered property that its account may not
 * read, or does not know, is quarantined before the refusal is handed on. Nothing else is: wrong
 * credentials or a quota are no fault of the property, nor is what another account may not read,
 * nor what was asked before somebody resumed it.
 */
export function quarantining(
  searchConsole: SearchConsole,
  accountId: string,
  registry: Pick<Registry, "changeProperty">,
  nowMs: () => number,
): SearchConsole {
  return {
    ready: async (signal) => searchConsole.ready?.(signal),
    async fetchPage(request, signal) {
      const askedMs = nowMs();
      try {
        return await searchConsole.fetchPage(request, signal);
      } catch (error) {
        if (isOwnersNo(error)) {
          await registry.changeProperty(request.siteUrl, (property) =>
            property?.accountId === accountId && property.sinceMs <= askedMs
              ? quarantineProperty(property, error.message, nowMs())
              : property,
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
