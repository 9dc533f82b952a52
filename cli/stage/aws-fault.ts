import { CommandError } from "../output/errors.ts";

/** Turns an error of AWS, or of the network, into a CommandError: one line that says what to do. */
export function asAwsFault(error: unknown, stage: string): unknown {
  const name = error instanceof Error ? error.name : "";
  const message = error instanceof Error ? error.message : String(error);
  const code = codeOf(error);
  if (name === "ParameterNotFound") {
    return fault(
      `the stage ${stage} is not deployed here, or by an older version: npx cdk deploy --all -c stage=${stage}, or check AWS_PROFILE and AWS_REGION`,
      error,
    );
  }
  if (name === "CredentialsProviderError" || /could not load credentials/i.test(message)) {
    return fault(
      `no AWS credentials for the stage ${stage}: set AWS_PROFILE, or sign in (aws sso login)`,
      error,
    );
  }
  if (/region is missing/i.test(message)) {
    return fault(`no AWS region for the stage ${stage}: set AWS_REGION, or AWS_PROFILE`, error);
  }
  if (name === "AccessDeniedException" || name === "AccessDenied") {
    return fault(
      `these AWS credentials may not use the stage ${stage}: ${message.replace(/\s+/g, " ")}`,
      error,
    );
  }
  if (badCredentials.has(name)) {
    return fault(
      `AWS does not take these credentials (${name}): sign in again, or check AWS_PROFILE`,
      error,
    );
  }
  if (unreachableNames.has(name) || unreachableCodes.has(code)) {
    return fault(
      `AWS does not answer (${code || name}): check the network, AWS_REGION and AWS_ENDPOINT_URL`,
      error,
    );
  }
  return error;
}

const badCredentials = new Set([
  "ExpiredToken",
  "ExpiredTokenException",
  "InvalidClientTokenId",
  "InvalidSignatureException",
  "SignatureDoesNotMatch",
  "UnrecognizedClientException",
]);

const unreachableNames = new Set(["TimeoutError", "AbortError"]);
const unreachableCodes = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOTFOUND",
  "EAI_AGAIN",
  "ETIMEDOUT",
]);

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

function fault(line: string, cause: unknown): CommandError {
  return new CommandError(line, { cause });
}
