import { z } from "zod";

/** Lambda's error object: what an asynchronous caller or a state machine sees of a failed call. */
export const FunctionErrorSchema = z.object({
  errorType: z.string(),
  errorMessage: z.string(),
  trace: z.array(z.string()).optional(),
});

export type FunctionError = z.infer<typeof FunctionErrorSchema>;

export type FunctionResult =
  | { readonly kind: "ok"; readonly payload: unknown }
  | { readonly kind: "error"; readonly error: FunctionError };

/** Error types of the runtime itself, named as Lambda names them. */
export const runtimeErrors = {
  exit: "Runtime.ExitError",
  timeout: "Sandbox.Timedout",
  shutdown: "Lambda.ServiceException",
} as const;

/** The process was lost, not the handler at fault: the event was perhaps half worked. */
export function isLostProcess(error: FunctionError): boolean {
  return error.errorType === runtimeErrors.exit || error.errorType === runtimeErrors.timeout;
}

export function toFunctionError(thrown: unknown): FunctionError {
  if (!(thrown instanceof Error)) {
    return { errorType: typeof thrown, errorMessage: String(thrown) };
  }
  return {
    errorType: thrown.name,
    errorMessage: thrown.message,
    trace: (thrown.stack ?? "").split("\n").slice(0, 20),
  };
}
