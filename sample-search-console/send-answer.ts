import type { ServerResponse } from "node:http";
import type { FaultKind } from "./faults.ts";
import type { HttpAnswer } from "./http-answer.ts";

/** Sends an answer, or does to it what the fault says. */
export function sendAnswer(
  response: ServerResponse,
  { status, body }: HttpAnswer,
  fault: FaultKind | undefined,
): void {
  if (response.destroyed || fault === "timeout") return;
  const bytes = Buffer.from(JSON.stringify(fault === "wrong-types" ? numbersAsText(body) : body));
  switch (fault) {
    case "reset":
      head(response, status, bytes.length);
      response.write(bytes.subarray(0, Math.ceil(bytes.length / 2)), () => response.destroy());
      return;
    case "truncated": {
      const half = bytes.subarray(0, Math.ceil(bytes.length / 2));
      head(response, status, half.length).end(half);
      return;
    }
    case "html": {
      const page = Buffer.from("<!DOCTYPE html><html><title>Error</title>Sorry…</html>");
      head(response, 200, page.length, "text/html; charset=UTF-8").end(page);
      return;
    }
    case "drip":
      head(response, status, bytes.length);
      drip(response, bytes);
      return;
    default:
      head(response, status, bytes.length).end(bytes);
  }
}

function head(
  response: ServerResponse,
  status: number,
  length: number,
  type = "application/json; charset=UTF-8",
): ServerResponse {
  return response.writeHead(status, { "content-type": type, "content-length": length });
}

const dripEveryMs = 50;
const drips = 60;

/** The whole answer, over three seconds. */
function drip(response: ServerResponse, bytes: Buffer): void {
  const size = Math.ceil(bytes.length / drips);
  let sent = 0;
  const timer = setInterval(() => {
    response.write(bytes.subarray(sent, sent + size));
    sent += size;
    if (sent < bytes.length) return;
    clearInterval(timer);
    response.end();
  }, dripEveryMs);
  response.on("close", () => clearInterval(timer));
}

function numbersAsText(body: object): object {
  return JSON.parse(JSON.stringify(body), (_key, value: unknown) =>
    typeof value === "number" ? String(value) : value,
  );
}
