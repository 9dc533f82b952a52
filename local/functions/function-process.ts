import { type ChildProcess, fork } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import {
  type AnswerMessage,
  AnswerMessageSchema,
  type InvocationMessage,
} from "./function-messages.ts";
import { type FunctionResult, runtimeErrors } from "./function-result.ts";

export type FunctionProcess = {
  readonly pid: number | undefined;
  /** False once it has died or is ending: it takes no further invocation. */
  usable(): boolean;
  /** One at a time. Never rejects: what goes wrong is a result. */
  invoke(invocation: Invocation): Promise<FunctionResult>;
  /** Lets it end by itself, then makes it. */
  end(): Promise<void>;
  kill(): Promise<void>;
};

export type Invocation = {
  readonly awsRequestId: string;
  readonly event: unknown;
  readonly timeoutMs: number;
};

export type FunctionProcessOptions = {
  readonly functionName: string;
  readonly modulePath: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly logFileDescriptor: number;
  /** Gets each line of its standard output, which then is not in the log by itself. */
  readonly onOutput?: ((line: string) => void) | undefined;
};

const hostPath = fileURLToPath(new URL("./function-host.ts", import.meta.url));
/**
 * What V8 would rather keep than collect: of pages of 25,000 rows, some 150 MB a process, for no time
 * that could be measured.
 */
export const memoryFlags = ["--max-semi-space-size=4", "--heap-growing-percent=25"];
/**
 * What glibc would rather keep than give back: the buffers of answers and statements, a fifth of a
 * worker's peak where URLs are long. The value is its default, and that it is named keeps it from
 * growing with each buffer that is freed. Other C libraries do not look at it.
 * https://man7.org/linux/man-pages/man3/mallopt.3.html
 */
export const memoryVariables = { MALLOC_MMAP_THRESHOLD_: "131072" };
const endTimeoutMs = 1_000;

export function startFunctionProcess(options: FunctionProcessOptions): FunctionProcess {
  const { logFileDescriptor: log, onOutput } = options;
  const child = fork(hostPath, [options.modulePath, options.functionName], {
    env: { ...memoryVariables, ...options.environment },
    execArgv: memoryFlags,
    stdio: ["ignore", onOutput === undefined ? log : "pipe", log, "ipc"],
  });
  const ended = endOf(child);
  const drained = drain(child.stdout, onOutput);
  let usable = true;
  void ended.then(() => {
    usable = false;
  });

  async function kill(): Promise<void> {
    usable = false;
    child.kill("SIGKILL");
    await Promise.all([ended, drained]);
  }

  return {
    pid: child.pid,
    usable: () => usable && child.connected,
    kill,
    async invoke({ awsRequestId, event, timeoutMs }) {
      const timeout = Promise.withResolvers<"timeout">();
      const timer = setTimeout(() => timeout.resolve("timeout"), timeoutMs);
      const answered = answerOf(child, awsRequestId);
      try {
        send(child, { awsRequestId, event, deadlineUtcMs: Date.now() + timeoutMs });
        const first = await Promise.race([answered.answer, ended, timeout.promise]);
        if (first === "timeout") {
          await kill();
          return timedOut(awsRequestId, timeoutMs);
        }
        if (first.kind === "ok") return { kind: "ok", payload: first.payload };
        if ("unusable" in first && first.unusable) usable = false;
        return { kind: "error", error: first.error };
      } finally {
        clearTimeout(timer);
        answered.stopListening();
      }
    },
    async end() {
      usable = false;
      if (child.connected) child.disconnect();
      const timer = setTimeout(() => child.kill("SIGKILL"), endTimeoutMs);
      await Promise.all([ended, drained]);
      clearTimeout(timer);
    },
  };
}

/** Resolves when the last line that it printed has been reported. */
async function drain(
  output: Readable | null,
  onOutput: ((line: string) => void) | undefined,
): Promise<void> {
  if (output === null || onOutput === undefined) return;
  for await (const line of createInterface({ input: output })) onOutput(line);
}

/** Resolves, with what an invocation under way fails of, when the process is gone. */
async function endOf(child: ChildProcess): Promise<FunctionResult> {
  const how = await new Promise<string>((resolve) => {
    child.once("exit", (code, signal) =>
      resolve(signal === null ? `exit status ${code}` : `signal: ${signal}`),
    );
    child.on("error", (error) => {
      // A process that could not be started has no exit; any other error is followed by one.
      if (child.pid === undefined) resolve(error.message);
    });
  });
  return {
    kind: "error",
    error: {
      errorType: runtimeErrors.exit,
      errorMessage: `Error: Runtime exited with error: ${how}`,
    },
  };
}

function answerOf(child: ChildProcess, awsRequestId: string) {
  const { promise: answer, resolve } = Promise.withResolvers<AnswerMessage>();
  const listener = (message: unknown) => {
    const parsed = AnswerMessageSchema.safeParse(message);
    // A late answer of an invocation that was given up is nobody's.
    if (parsed.success && parsed.data.awsRequestId === awsRequestId) resolve(parsed.data);
  };
  child.on("message", listener);
  return { answer, stopListening: () => void child.off("message", listener) };
}

function send(child: ChildProcess, message: InvocationMessage): void {
  // A process that dies meanwhile is reported by its exit.
  if (child.connected) child.send(message, () => {});
}

function timedOut(awsRequestId: string, timeoutMs: number): FunctionResult {
  return {
    kind: "error",
    error: {
      errorType: runtimeErrors.timeout,
      errorMessage: `RequestId: ${awsRequestId} Error: Task timed out after ${(timeoutMs / 1000).toFixed(2)} seconds`,
    },
  };
}
