import { RowStoreError, type RowStoreErrorCode } from "./row-store-error.ts";

/** Runs calls of DynamoDB; what they throw becomes a RowStoreError, the cause kept. */
export async function guardRows<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof RowStoreError) throw error;
    throw new RowStoreError(classify(error), `DynamoDB: ${messageOf(error)}`, error);
  }
}

/** As {@link guardRows}, for what is done step by step. */
export async function* guardSteps<T>(steps: AsyncGenerator<T>): AsyncGenerator<T> {
  for (;;) {
    const step = await guardRows(() => steps.next());
    if (step.done) return;
    yield step.value;
  }
}

export function isConditionFailure(error: unknown): boolean {
  return nameOf(error) === "ConditionalCheckFailedException";
}

/** More was asked of a partition or the table than it gives; the SDK has tried again already. */
const throttles = new Set([
  "ProvisionedThroughputExceededException",
  "ThrottlingException",
  "RequestLimitExceeded",
  "LimitExceededException",
]);

/** Answers of https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html */
function classify(error: unknown): RowStoreErrorCode {
  const name = nameOf(error);
  if (throttles.has(name)) return "contention";
  if (name === "ResourceNotFoundException") return "schema";
  const status = statusOf(error);
  // Without a status there was no answer: the connection failed, or the client timed out.
  return status === undefined || status >= 500 ? "unavailable" : "refused";
}

function statusOf(error: unknown): number | undefined {
  if (typeof error !== "object" || error === null || !("$metadata" in error)) return undefined;
  const metadata = error.$metadata;
  if (typeof metadata !== "object" || metadata === null) return undefined;
  const status = "httpStatusCode" in metadata ? metadata.httpStatusCode : undefined;
  return typeof status === "number" ? status : undefined;
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : "";
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.message === "" ? error.name : error.message;
}
