import { causesOf } from "../lib/causes.ts";
import { SearchConsoleError, type SearchConsoleFailure } from "./search-console-error.ts";

const mebibyte = 1_024 * 1_024;

/** 25,000 rows of the longest URLs that Search Console reports, and some. */
export const mostPageBytes = 64 * mebibyte;

/** What no token and no list of properties comes near. */
export const mostAnswerBytes = mebibyte;

export type BodyLimit = {
  readonly mostBytes: number;
  /** What a body that is longer is: the same body may come again, or not. */
  readonly failure?: SearchConsoleFailure;
  /** Gets how many bytes of the body, decompressed, have arrived so far. */
  readonly arriving?: ((bytes: number) => void) | undefined;
};

/**
 * Node's own fetch, whose answers' `text()` stops reading at a limit. A compressed body counts as
 * it unfolds. @throws SearchConsoleError from `text()`
 */
export function boundedFetch(limit: BodyLimit): typeof fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    Object.defineProperty(response, "text", { value: () => readText(response, limit) });
    return response;
  };
}

async function readText(response: Response, limit: BodyLimit): Promise<string> {
  const { mostBytes, arriving, failure = { kind: "transient", retryAfterMs: null } } = limit;
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  // Leaving the loop cancels the body, and with it the connection.
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (bytes > mostBytes) {
      throw new SearchConsoleError(
        `The answer cannot be used: it is longer than ${mostBytes / mebibyte} MiB.`,
        { failure, status: response.status, reason: "bodyTooLong" },
      );
    }
    arriving?.(bytes);
    chunks.push(chunk);
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}

/** The error of `boundedFetch` that a library may have wrapped. */
export function bodyFault(error: unknown): SearchConsoleError | undefined {
  return causesOf(error).find((cause) => cause instanceof SearchConsoleError);
}
