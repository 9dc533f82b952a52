/**
 * Preloaded into every process of a home (`NODE_OPTIONS=--import`), idle in all but the functions.
 * It ends or stops the process that it is in by a real signal, at an instant that nobody could hit
 * from outside: at what goes over the wire, seen from within. Which points are armed stands in a
 * folder, `<point>` or `<point>.stop` a file; who removes the file has won and dies, once.
 */
import { subscribe } from "node:diagnostics_channel";
import { existsSync, unlinkSync, writeFileSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { ClientRequest } from "node:http";
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
  const keeper = process.env.GSC_SYNC_LAKE_KEEPER;
  let flipped = false;
  const isGoogle = (message: unknown) => pathOf(message).includes("searchAnalytics");
  subscribe("undici:request:create", (message) => {
    if (isGoogle(message)) reach(folder, "before-fetch");
    if (originOf(message) === keeper) {
      reach(folder, "rows-before-pointer");
      flipped = true;
    }
  });
  subscribe("undici:request:headers", (message) => {
    if (isGoogle(message)) reach(folder, "mid-body");
  });
  beforeFileSync(() => reach(folder, "mid-upsert"));
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

/** A unit's file is written, and not yet on the disk, let alone in its place. */
function beforeFileSync(look: () => void): void {
  void open(import.meta.filename).then(async (handle) => {
    const prototype = Object.getPrototypeOf(handle);
    const sync = prototype.sync;
    prototype.sync = function (this: FileHandle) {
      look();
      return sync.call(this);
    };
    await handle.close();
  });
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

function originOf(message: unknown): string {
  if (typeof message !== "object" || message === null || !("request" in message)) return "";
  const { request } = message;
  if (typeof request !== "object" || request === null || !("origin" in request)) return "";
  return String(request.origin);
}

function pathOf(message: unknown): string {
  if (typeof message !== "object" || message === null || !("request" in message)) return "";
  const { request } = message;
  if (typeof request !== "object" || request === null || !("path" in request)) return "";
  return String(request.path);
}
