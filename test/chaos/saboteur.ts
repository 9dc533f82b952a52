/**
 * Preloaded into every process of a home (`NODE_OPTIONS=--import`), idle in all but the functions.
 * It ends or stops the process that it is in by a real signal, at an instant that nobody could hit
 * from outside: at what goes over the wire, seen from within. Which points are armed stands in a
 * folder, `<point>` or `<point>.stop` a file; who removes the file has won and dies, once.
 */
import { subscribe } from "node:diagnostics_channel";
import { existsSync, unlinkSync, writeFileSync } from "node:fs";
import { ClientRequest } from "node:http";
import { Socket } from "node:net";
import { join } from "node:path";
import { chaosVariable, dynamoProxyVariable, type SabotagePoint } from "./sabotage-points.ts";

const folder = process.env[chaosVariable];
const functionName = process.env.AWS_LAMBDA_FUNCTION_NAME;

if (folder !== undefined && functionName !== undefined) {
  const proxy = process.env[dynamoProxyVariable];
  if (proxy !== undefined) process.env.AWS_ENDPOINT_URL_DYNAMODB = proxy;
  if (functionName === "fetch-batch") watchWorker(folder);
  else watchFunction(folder, functionName);
}

function watchWorker(folder: string): void {
  let flipped = false;
  const isGoogle = (message: unknown) => pathOf(message).includes("searchAnalytics");
  subscribe("undici:request:create", (message) => {
    if (isGoogle(message)) reach(folder, "before-fetch");
  });
  subscribe("undici:request:headers", (message) => {
    if (isGoogle(message)) reach(folder, "mid-body");
  });
  onSocketWrite((text) => {
    if (text.includes("INSERT INTO search_row")) return () => reach(folder, "mid-upsert");
    if (text.includes("INSERT INTO unit (")) {
      reach(folder, "rows-before-pointer");
      flipped = true;
    }
    return undefined;
  });
  onDynamoWrite((body) => {
    if (flipped && body.includes("BATCH#")) reach(folder, "pointer-before-ledger");
  });
  beforeReply(() => {
    if (flipped) reach(folder, "submit-before-acknowledgement");
  });
}

/** The functions of the state machine: before their first write, and after their last. */
function watchFunction(folder: string, functionName: string): void {
  if (functionName === "dispatch-batches") {
    onDynamoWrite(() => reach(folder, "dispatcher-before-write"));
    beforeReply(() => reach(folder, "dispatcher-before-reply"));
  }
  if (functionName === "plan-run") {
    onDynamoWrite((body) => {
      if (body.includes("BATCH#")) reach(folder, "planner-mid-plan");
    });
  }
  if (functionName === "finish-run") {
    onDynamoWrite(() => reach(folder, "finisher-before-write"));
    beforeReply(() => reach(folder, "finisher-before-reply"));
  }
}

function reach(folder: string, point: SabotagePoint): void {
  for (const [file, signal] of [
    [point, "SIGKILL"],
    [`${point}.stop`, "SIGSTOP"],
  ] as const) {
    const armed = join(folder, file);
    if (!existsSync(armed)) continue;
    try {
      unlinkSync(armed);
    } catch {
      // Another process was there first.
      continue;
    }
    writeFileSync(join(folder, `${file}.hit`), String(process.pid));
    process.kill(process.pid, signal);
  }
}

/** What `look` returns is called once the bytes are handed over. */
function onSocketWrite(look: (text: string) => (() => void) | undefined): void {
  // biome-ignore lint/suspicious/noExplicitAny: the wrapped methods have overloads
  const prototype = Socket.prototype as any;
  const write = prototype.write;
  prototype.write = function (this: Socket, chunk: unknown, ...rest: unknown[]) {
    const after =
      chunk instanceof Uint8Array ? look(Buffer.from(chunk).toString("latin1")) : undefined;
    const written = write.call(this, chunk, ...rest);
    after?.();
    return written;
  };
}

/** The body of each DynamoDB request that writes, before it is sent. */
function onDynamoWrite(look: (body: string) => void): void {
  // biome-ignore lint/suspicious/noExplicitAny: the wrapped methods have overloads
  const prototype = ClientRequest.prototype as any;
  const end = prototype.end;
  prototype.end = function (this: ClientRequest, body: unknown, ...rest: unknown[]) {
    const target = String(this.getHeader("x-amz-target") ?? "");
    if (/\.(UpdateItem|PutItem|DeleteItem)$/.test(target)) {
      look(body instanceof Uint8Array ? Buffer.from(body).toString() : String(body ?? ""));
    }
    return end.call(this, body, ...rest);
  };
}

function beforeReply(look: () => void): void {
  const send = process.send?.bind(process);
  if (send === undefined) return;
  // biome-ignore lint/suspicious/noExplicitAny: the wrapped method has overloads
  process.send = (message: any, ...rest: any[]) => {
    if (message?.kind === "ok") look();
    return send(message, ...rest);
  };
}

function pathOf(message: unknown): string {
  if (typeof message !== "object" || message === null || !("request" in message)) return "";
  const { request } = message;
  if (typeof request !== "object" || request === null || !("path" in request)) return "";
  return String(request.path);
}
