import { z } from "zod";
import { environmentNames as names } from "./names.ts";

/** What a handler's environment says; undefined where it is optional and absent. */
export type HandlerEnvironment = {
  readonly stage: string;
  readonly ledgerTable: string;
  readonly quotaTable: string;
  /** Set for the worker alone. */
  readonly deadLetterQueueUrl: string | undefined;
  readonly postgresUrl: string;
  readonly searchConsoleRootUrl: string | undefined;
  readonly lever: number;
  /** Units of a batch that a worker fetches at once, off the sequential path. */
  readonly unitsAtOnce: number;
};

/** The environment lacks something or holds something wrong; the message lists every fault. */
export class EnvironmentError extends Error {
  readonly code = "ENVIRONMENT";

  constructor(faults: readonly string[]) {
    super(`the environment is wrong: ${faults.join("; ")}`);
    this.name = "EnvironmentError";
  }
}

/** Parses the handlers' environment. @throws EnvironmentError */
export function readHandlerEnvironment(
  variables: Readonly<Record<string, string | undefined>> = process.env,
): HandlerEnvironment {
  const parsed = VariablesSchema.safeParse(variables);
  if (!parsed.success) {
    throw new EnvironmentError(
      parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`),
    );
  }
  const found = parsed.data;
  return {
    stage: found[names.stage],
    ledgerTable: found[names.ledgerTable],
    quotaTable: found[names.quotaTable],
    deadLetterQueueUrl: found[names.deadLetterQueueUrl],
    postgresUrl: found[names.postgresUrl],
    searchConsoleRootUrl: found[names.searchConsoleRootUrl] || undefined,
    lever: found[names.lever],
    unitsAtOnce: found[names.unitsAtOnce],
  };
}

/** A variable that a person's configuration names: where an account's credential file is. */
export function readVariable(name: string): string | undefined {
  return process.env[name] || undefined;
}

const required = z.string({ error: "is not set" }).min(1, "is empty");

const VariablesSchema = z.object({
  [names.stage]: required,
  [names.ledgerTable]: required,
  [names.quotaTable]: required,
  [names.deadLetterQueueUrl]: z.string().optional(),
  [names.postgresUrl]: required,
  [names.searchConsoleRootUrl]: z.string().optional(),
  [names.lever]: z.coerce.number().int().min(0).max(5),
  [names.unitsAtOnce]: z.coerce.number().int().min(1).max(20).default(5),
});

/** What is wrong with the variables that a home's owner hands to its handlers; undefined: nothing. */
export function homeEnvironmentFault(
  variables: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const faults = [
    wholeNumberFault(variables, names.lever, 0, 5),
    wholeNumberFault(variables, names.unitsAtOnce, 1, 20),
  ];
  return faults.filter((fault) => fault !== undefined).join("; ") || undefined;
}

function wholeNumberFault(
  variables: Readonly<Record<string, string | undefined>>,
  name: string,
  least: number,
  most: number,
): string | undefined {
  const text = variables[name];
  if (text === undefined || text === "") return undefined;
  const fits = /^\d+$/.test(text) && Number(text) >= least && Number(text) <= most;
  return fits ? undefined : `${name}=${text} is not a whole number from ${least} to ${most}`;
}
