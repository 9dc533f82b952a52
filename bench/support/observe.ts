/**
 * Preloaded into every process of a home: notes what each asks of the AWS services (operation, table,
 * kind of item) and when a function's invocations began and ended, in a file a process.
 */
import { appendFileSync } from "node:fs";
import { ClientRequest } from "node:http";
import { join } from "node:path";
import { observeVariable } from "./observed.ts";

const folder = process.env[observeVariable];
const who = process.env.AWS_LAMBDA_FUNCTION_NAME ?? "command";
let lines: string[] = [];

if (folder !== undefined) {
  const flush = () => {
    if (lines.length === 0) return;
    appendFileSync(join(folder, `${process.pid}.jsonl`), lines.join(""));
    lines = [];
  };
  const note = (event: object) => lines.push(`${JSON.stringify({ who, ...event })}\n`);
  setInterval(flush, 500).unref();
  process.on("exit", flush);
  noteRequests(note);
  if (process.send !== undefined && who !== "command") noteInvocations(note, flush);
}

function noteRequests(note: (event: object) => void): void {
  const end = ClientRequest.prototype.end;
  ClientRequest.prototype.end = function (this: ClientRequest, ...args: unknown[]): ClientRequest {
    const target = this.getHeader("x-amz-target");
    const body = args[0] instanceof Uint8Array ? Buffer.from(args[0]).toString() : args[0];
    if (typeof target === "string") {
      const text = typeof body === "string" ? body : "";
      const operation = target.slice(target.indexOf(".") + 1);
      const table = /"TableName":"[^"]*?-([a-z]+)"/.exec(text)?.[1] ?? "";
      const item = /"sk":\{"S":"([A-Z]+)/.exec(text)?.[1] ?? "";
      note({ operation, table, item });
    }
    return Reflect.apply(end, this, args);
  };
}

/** The owner asks and is answered over the process's channel. */
function noteInvocations(note: (event: object) => void, flush: () => void): void {
  let beganMs = 0;
  process.on("message", () => {
    beganMs = Date.now();
  });
  const send = process.send;
  process.send = (...args: unknown[]) => {
    note({ beganMs, endedMs: Date.now() });
    flush();
    return send === undefined ? false : Reflect.apply(send, process, args);
  };
}
