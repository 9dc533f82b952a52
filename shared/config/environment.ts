import * as z from "zod";
import { environmentNames as names } from "./names.ts";
import type { ConfiguredRowsPlace } from "./rows-place.ts";

type Variables = Readonly<Record<string, string | undefined>>;

/** What a handler's environment says; undefined where it is optional and absent. */
export type HandlerEnvironment = {
  readonly stage: string;
  readonly ledgerTable: string;
  /** Set for the dispatcher and the worker. */
  readonly quotaTable: string | undefined;
  /** Set for the worker alone. */
  readonly deadLetterQueueUrl: string | undefined;
  /** Where the ends of units and runs are published; the account's own bus unless the stage has one. */
  readonly eventBus: string;
  /** Set for the reconciler alone. */
  readonly stateMachineArn: string | undefined;
  readonly searchConsoleRootUrl: string | undefined;
  /** What the names of the secrets that hold accounts' credentials begin with. */
  readonly accountSecrets: string | undefined;
  /** The settings in force until somebody sets others. */
  readonly settings: {
    readonly lever: number;
    readonly inFlight: number | undefined;
    readonly queueSize: number | undefined;
    readonly qpm: number | undefined;
  };
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
export function readHandlerEnvironment(variables: Variables = process.env): HandlerEnvironment {
  const parsed = VariablesSchema.safeParse(variables);
  if (!parsed.success) throw new EnvironmentError(faultsOf(parsed.error));
  const found = parsed.data;
  return {
    stage: found[names.stage],
    ledgerTable: found[names.ledgerTable],
    quotaTable: found[names.quotaTable],
    deadLetterQueueUrl: found[names.deadLetterQueueUrl],
    eventBus: found[names.eventBus],
    stateMachineArn: found[names.stateMachineArn],
    searchConsoleRootUrl: found[names.searchConsoleRootUrl] || undefined,
    accountSecrets: found[names.accountSecrets] || undefined,
    settings: {
      lever: found[names.lever],
      inFlight: found[names.inFlight],
      queueSize: found[names.queueSize],
      qpm: found[names.qpm],
    },
    unitsAtOnce: found[names.unitsAtOnce],
  };
}

/**
 * Where the rows are, by `GSC_SYNC_ROW_STORE` and the variable that goes with its value; Postgres
 * unless it says otherwise. @throws EnvironmentError
 */
export function readRowsPlace(variables: Variables = process.env): ConfiguredRowsPlace {
  const rows = rowsPlace(variables);
  if (rows.kind === "faults") throw new EnvironmentError(rows.faults);
  return rows.place;
}

type ParsedRowsPlace =
  | { readonly kind: "place"; readonly place: ConfiguredRowsPlace }
  | { readonly kind: "faults"; readonly faults: readonly string[] };

function rowsPlace(variables: Variables): ParsedRowsPlace {
  const store = variables[names.rowStore] || "postgres";
  switch (store) {
    case "postgres": {
      const secret = variables[names.postgresSecret];
      if (secret) return { kind: "place", place: { kind: "postgres-secret", secret } };
      return placeOf(PostgresSchema, variables, (found) => ({
        kind: "postgres",
        url: found[names.postgresUrl],
      }));
    }
    case "dsql":
      return placeOf(DsqlSchema, variables, (found) => ({
        kind: "dsql",
        hostname: found[names.dsqlEndpoint],
        user: found[names.dsqlUser] || "admin",
      }));
    case "dynamodb":
      return placeOf(DynamoSchema, variables, (found) => ({
        kind: "dynamodb",
        table: found[names.rowsTable],
      }));
    case "lake":
      return placeOf(LakeSchema, variables, (found) => ({
        kind: "lake",
        folder: found[names.lake],
        keeper: { url: found[names.lakeKeeper], key: found.AWS_ACCESS_KEY_ID },
      }));
    default:
      return {
        kind: "faults",
        faults: [`${names.rowStore}: ${store} is none of postgres, dsql, dynamodb and lake`],
      };
  }
}

function placeOf<Found>(
  schema: z.ZodType<Found>,
  variables: Variables,
  place: (found: Found) => ConfiguredRowsPlace,
): ParsedRowsPlace {
  const { data, error } = schema.safeParse(variables);
  return data === undefined
    ? { kind: "faults", faults: faultsOf(error) }
    : { kind: "place", place: place(data) };
}

function faultsOf(error: z.ZodError | undefined): readonly string[] {
  return error?.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`) ?? [];
}

/** A variable that this handler cannot do without. @throws EnvironmentError */
export function neededVariable(value: string | undefined, name: string): string {
  if (value) return value;
  throw new EnvironmentError([`${name}: is not set`]);
}

/** A variable that a person's configuration names: where an account's credential file is. */
export function readVariable(name: string): string | undefined {
  return process.env[name] || undefined;
}

const required = z.string({ error: "is not set" }).min(1, "is empty");

const VariablesSchema = z.object({
  [names.stage]: required,
  [names.ledgerTable]: required,
  [names.quotaTable]: z.string().optional(),
  [names.deadLetterQueueUrl]: z.string().optional(),
  [names.eventBus]: z.string().min(1, "is empty").default("default"),
  [names.stateMachineArn]: z.string().optional(),
  [names.searchConsoleRootUrl]: z.string().optional(),
  [names.accountSecrets]: z.string().optional(),
  [names.lever]: z.coerce.number().int().min(0).max(5),
  [names.inFlight]: z.coerce.number().int().min(1).max(100).optional(),
  [names.queueSize]: z.coerce.number().int().min(1).max(10_000).optional(),
  [names.qpm]: z.coerce.number().int().min(1).max(1_200).optional(),
  [names.unitsAtOnce]: z.coerce.number().int().min(1).max(20).default(5),
});

const PostgresSchema = z.object({ [names.postgresUrl]: required });

const DsqlSchema = z.object({
  [names.dsqlEndpoint]: required,
  [names.dsqlUser]: z.string().optional(),
});

const DynamoSchema = z.object({ [names.rowsTable]: required });

/** The keeper asks for the key that the home's other servers ask for. */
const LakeSchema = z.object({
  [names.lake]: required,
  [names.lakeKeeper]: required,
  AWS_ACCESS_KEY_ID: required,
});

/** What is wrong with the variables that a home's owner hands to its handlers; undefined: nothing. */
export function homeEnvironmentFault(variables: Variables): string | undefined {
  const faults = [
    wholeNumberFault(variables, names.lever, 0, 5),
    wholeNumberFault(variables, names.unitsAtOnce, 1, 20),
    homeRowStoreFault(variables),
    postgresUrlFault(variables),
  ];
  return faults.filter((fault) => fault !== undefined).join("; ") || undefined;
}

export const homeRowStores = ["lake", "postgres", "dynamodb"] as const;
export type HomeRowStore = (typeof homeRowStores)[number];

/** Where a home's rows are: in a lake, unless a Postgres is named. @throws EnvironmentError */
export function homeRowStore(variables: Variables): HomeRowStore {
  const fault = homeRowStoreFault(variables);
  if (fault !== undefined) throw new EnvironmentError([fault]);
  const named = homeRowStores.find((store) => store === variables[names.rowStore]);
  return named ?? (variables[names.postgresUrl] ? "postgres" : "lake");
}

/** Nothing in a home could sign for a cluster. */
function homeRowStoreFault(variables: Variables): string | undefined {
  const store = variables[names.rowStore] || undefined;
  const url = variables[names.postgresUrl] || undefined;
  if (store !== undefined && !homeRowStores.some((known) => known === store)) {
    return `${names.rowStore}=${store} is not for a home: lake (the default), postgres or dynamodb`;
  }
  if (store === "postgres" && url === undefined) {
    return `${names.rowStore}=postgres needs a Postgres of your own: set ${names.postgresUrl} to its URL, or unset ${names.rowStore} for a lake`;
  }
  if (store !== undefined && store !== "postgres" && url !== undefined) {
    return `${names.rowStore}=${store} and ${names.postgresUrl} name two places for the rows: unset one`;
  }
  return undefined;
}

/** The URL may hold a password: it is not quoted. */
function postgresUrlFault(variables: Variables): string | undefined {
  const url = variables[names.postgresUrl];
  if (!url) return undefined;
  const protocol = URL.canParse(url) ? new URL(url).protocol : "";
  if (protocol === "postgres:" || protocol === "postgresql:") return undefined;
  return `${names.postgresUrl} is not a URL like postgres://user:password@host:5432/database`;
}

function wholeNumberFault(
  variables: Variables,
  name: string,
  least: number,
  most: number,
): string | undefined {
  const text = variables[name];
  if (text === undefined || text === "") return undefined;
  const fits = /^\d+$/.test(text) && Number(text) >= least && Number(text) <= most;
  return fits ? undefined : `${name}=${text} is not a whole number from ${least} to ${most}`;
}
