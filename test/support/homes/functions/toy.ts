import { appendFileSync } from "node:fs";
import { setTimeout } from "node:timers/promises";

// A handler for tests of the function host: its event says what to do. An SQS event says it in its
// message's body.

type Toy = {
  readonly do?:
    | "answer"
    | "throw"
    | "exit"
    | "spin"
    | "wait"
    | "fail-item"
    | "environment"
    | "print"
    | "print-and-die";
  readonly value?: unknown;
  readonly ms?: number;
  readonly journal?: string;
  /** Dies only the first time the message is received. */
  readonly once?: boolean;
};

type Context = {
  readonly functionName: string;
  readonly awsRequestId: string;
  getRemainingTimeInMillis(): number;
};

let invocations = 0;

export async function handler(event: unknown, context: Context): Promise<unknown> {
  invocations += 1;
  const record = recordOf(event);
  const toy = toyOf(record === undefined ? event : JSON.parse(record.body));
  journal(toy, "start");
  try {
    return await act(toy, context, record);
  } finally {
    journal(toy, "end");
  }
}

async function act(toy: Toy, context: Context, record: SqsRecord | undefined): Promise<unknown> {
  const again = toy.once === true && record?.attributes.ApproximateReceiveCount !== "1";
  if (toy.ms !== undefined) await setTimeout(toy.ms);
  switch (again ? "answer" : toy.do) {
    case "throw":
      throw new TypeError("the toy was told to throw");
    case "exit":
      process.exit(3);
      break;
    case "spin":
      for (;;);
    case "fail-item":
      return { batchItemFailures: [{ itemIdentifier: record?.messageId }] };
    case "print":
    case "print-and-die":
      console.log(JSON.stringify(toy.value));
      if (toy.do === "print-and-die") process.kill(process.pid, "SIGKILL");
      return null;
    case "environment":
      return { ...process.env };
    default:
      return record === undefined
        ? { value: toy.value, invocations, pid: process.pid, ...contextFacts(context) }
        : { batchItemFailures: [] };
  }
}

function contextFacts(context: Context) {
  return {
    functionName: context.functionName,
    awsRequestId: context.awsRequestId,
    remainingMs: context.getRemainingTimeInMillis(),
  };
}

function journal(toy: Toy, what: "start" | "end"): void {
  if (toy.journal === undefined) return;
  const line = { what, value: toy.value, pid: process.pid, atMs: Date.now() };
  appendFileSync(toy.journal, `${JSON.stringify(line)}\n`);
}

type SqsRecord = {
  readonly messageId: string;
  readonly body: string;
  readonly attributes: { readonly ApproximateReceiveCount: string };
};

function recordOf(event: unknown): SqsRecord | undefined {
  return isObject(event) && Array.isArray(event.Records) ? event.Records[0] : undefined;
}

function toyOf(value: unknown): Toy {
  return isObject(value) ? value : {};
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
