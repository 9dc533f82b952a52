/**
 * A process that runs one handler module as Lambda does: it imports the module once and works one
 * invocation at a time. It ends when its IPC channel closes, so it never outlives the process that
 * started it, however that ends.
 */
import { pathToFileURL } from "node:url";
import { z } from "zod";
import { sendThroughProxy } from "../../shared/search-console/google-proxy.ts";
import { type AnswerMessage, InvocationMessageSchema } from "./function-messages.ts";
import { toFunctionError } from "./function-result.ts";

type Handler = (event: unknown, context: object) => unknown;

const HandlerModuleSchema = z.object({
  handler: z.custom<Handler>((value) => typeof value === "function", {
    message: "is not a function",
  }),
});

// Ctrl-C, a closed terminal and a service's stop reach the whole process group: the owner decides
// what they mean.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => {});
process.on("disconnect", () => process.exit(0));

sendThroughProxy(process.env);

const [modulePath = "", functionName = ""] = process.argv.slice(2);
const loading = import(pathToFileURL(modulePath).href).then(
  (module: unknown) => HandlerModuleSchema.parse(module).handler,
);
// The first invocation answers with it: until then it is not an unhandled rejection.
loading.catch(() => {});

process.on("message", (message) => void answer(message));

async function answer(message: unknown): Promise<void> {
  const { awsRequestId, event, deadlineUtcMs } = InvocationMessageSchema.parse(message);
  let handler: Handler;
  try {
    handler = await loading;
  } catch (thrown) {
    report(awsRequestId, thrown);
    reply({ kind: "error", awsRequestId, error: toFunctionError(thrown), unusable: true });
    return;
  }
  try {
    const payload = await handler(event, lambdaContext(awsRequestId, deadlineUtcMs));
    reply({ kind: "ok", awsRequestId, payload: payload ?? null });
  } catch (thrown) {
    report(awsRequestId, thrown);
    reply({ kind: "error", awsRequestId, error: toFunctionError(thrown), unusable: false });
  }
}

function lambdaContext(awsRequestId: string, deadlineUtcMs: number): object {
  return {
    functionName,
    functionVersion: "$LATEST",
    invokedFunctionArn: `arn:aws:lambda:us-east-1:000000000000:function:${functionName}`,
    memoryLimitInMB: "512",
    awsRequestId,
    logGroupName: `/aws/lambda/${functionName}`,
    logStreamName: `${process.pid}`,
    callbackWaitsForEmptyEventLoop: false,
    getRemainingTimeInMillis: () => Math.max(0, deadlineUtcMs - Date.now()),
  };
}

function report(awsRequestId: string, thrown: unknown): void {
  console.error(
    JSON.stringify({
      level: "ERROR",
      timestamp: new Date().toISOString(),
      message: "Invoke Error",
      functionName,
      awsRequestId,
      ...toFunctionError(thrown),
    }),
  );
}

function reply(message: AnswerMessage): void {
  // The channel may be closing: then nobody wants the answer.
  process.send?.(message, () => {});
}
