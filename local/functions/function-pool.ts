import { randomUUID } from "node:crypto";
import { openFunctionLog } from "./function-log.ts";
import { type FunctionProcess, startFunctionProcess } from "./function-process.ts";
import {
  type FunctionError,
  type FunctionResult,
  isLostProcess,
  runtimeErrors,
} from "./function-result.ts";

export type FunctionPool = {
  /** Runs the handler in an idle process, or a new one; waits while all are busy. Never rejects. */
  invoke(event: unknown): Promise<FunctionResult>;
  /** Starts processes ahead of their first invocation, up to `count` in all. */
  warm(count: number): void;
  /** Of the processes that live now. */
  pids(): readonly number[];
  /** Waits up to `timeoutMs` for invocations under way, then kills their processes. */
  close(options?: { readonly timeoutMs?: number }): Promise<void>;
};

export type FunctionPoolOptions = {
  readonly functionName: string;
  /** A TypeScript module that exports `handler(event, context)`. */
  readonly modulePath: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly logFile: string;
  readonly timeoutMs: number;
  /** Most processes at once; asked at each invocation, and at least 1. */
  readonly limit: () => number;
  /** Gets each line that a handler prints, beside the log. */
  readonly onOutput?: (line: string) => void;
};

/**
 * The processes of one function. A process is started when an invocation finds none idle, reused
 * newest first, and ended when there are more than the limit or when it has died.
 */
export function startFunctionPool(options: FunctionPoolOptions): FunctionPool {
  const log = openFunctionLog(options.logFile);
  const idle: FunctionProcess[] = [];
  const busy = new Set<FunctionProcess>();
  const waiting: Array<(worker: FunctionProcess | undefined) => void> = [];
  /** Invocations and ends of processes under way: what closing waits for. */
  const unsettled = new Set<Promise<unknown>>();
  let closing = false;

  const limit = () => Math.max(1, options.limit());

  const { onOutput } = options;
  const onLine =
    onOutput === undefined
      ? undefined
      : (line: string) => {
          log.write(line);
          onOutput(line);
        };
  const start = () =>
    startFunctionProcess({
      ...options,
      logFileDescriptor: log.fileDescriptor,
      onOutput: onLine,
    });

  function takeWorker(): FunctionProcess | undefined {
    let worker = idle.pop();
    while (worker !== undefined && !worker.usable()) worker = idle.pop();
    if (worker === undefined && busy.size < limit()) worker = start();
    if (worker !== undefined) busy.add(worker);
    return worker;
  }

  async function waitForWorker(): Promise<FunctionProcess | undefined> {
    if (closing) return undefined;
    return takeWorker() ?? new Promise((resolve) => waiting.push(resolve));
  }

  function giveBack(worker: FunctionProcess): void {
    busy.delete(worker);
    const wanted = !closing && worker.usable() && busy.size + idle.length < limit();
    if (wanted) idle.push(worker);
    else settle(worker.end());
    if (waiting.length === 0 || closing) return;
    const free = takeWorker();
    if (free !== undefined) waiting.shift()?.(free);
  }

  function settle<Value>(work: Promise<Value>): Promise<Value> {
    unsettled.add(work);
    void work.finally(() => unsettled.delete(work));
    return work;
  }

  async function invoke(event: unknown): Promise<FunctionResult> {
    const worker = await waitForWorker();
    if (worker === undefined) return shutDown;
    const awsRequestId = randomUUID();
    const result = await worker.invoke({ awsRequestId, event, timeoutMs: options.timeoutMs });
    if (result.kind === "error" && isLostProcess(result.error)) {
      log.write(lostProcessLine(options.functionName, awsRequestId, worker.pid, result.error));
    }
    log.rotateIfLarge();
    giveBack(worker);
    return result;
  }

  return {
    warm(count) {
      const wanted = closing ? 0 : Math.min(count, limit());
      while (busy.size + idle.length < wanted) idle.push(start());
    },
    invoke: (event) => settle(invoke(event)),
    pids: () => [...idle, ...busy].flatMap(({ pid }) => (pid === undefined ? [] : [pid])),
    async close({ timeoutMs = 0 } = {}) {
      closing = true;
      for (const resolve of waiting.splice(0)) resolve(undefined);
      for (const worker of idle.splice(0)) settle(worker.end());
      const timer = setTimeout(() => {
        for (const worker of busy) settle(worker.kill());
      }, timeoutMs);
      while (unsettled.size > 0) await Promise.all(unsettled);
      clearTimeout(timer);
      log.close();
    },
  };
}

const shutDown: FunctionResult = {
  kind: "error",
  error: { errorType: runtimeErrors.shutdown, errorMessage: "the local stack is closing" },
};

/** The handler's own errors are logged by its process; a lost process can't say anything. */
function lostProcessLine(
  functionName: string,
  awsRequestId: string,
  pid: number | undefined,
  error: FunctionError,
): string {
  const timestamp = new Date().toISOString();
  return JSON.stringify({ level: "ERROR", timestamp, functionName, awsRequestId, pid, ...error });
}
