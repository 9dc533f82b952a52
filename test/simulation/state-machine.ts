import { z } from "zod";

/** A task's failure, matched by its name as Step Functions matches it. */
export class TaskError extends Error {
  constructor(name: string, message: string) {
    super(message);
    this.name = name;
  }
}

export type Ending = {
  readonly status: "SUCCEEDED" | "FAILED";
  readonly error: string | null;
  readonly cause: string | null;
  /** Events that Step Functions would have written into the execution's history. */
  readonly events: number;
  /** States that it entered. */
  readonly transitions: number;
};

export type MachinePorts = {
  /** Runs a task by its state's name; throws an error with the name that a Retry matches. */
  task(state: string, input: unknown, timeoutMs: number): Promise<unknown>;
  sleep(ms: number): Promise<void>;
  /** In [0, 1): retries have full jitter. */
  random(): number;
};

/**
 * Carries one execution of a definition as Step Functions does, for what the sync machine is made
 * of: JSONPath fields, retries with backoff, catches, an inline Map.
 */
export async function execute(
  machine: Machine,
  execution: { readonly name: string; readonly input: unknown },
  ports: MachinePorts,
): Promise<Ending> {
  const counted = { events: 1, transitions: 0 };
  try {
    await walk(machine, execution.input, { ...ports, executionName: execution.name, counted });
    return { status: "SUCCEEDED", error: null, cause: null, ...ended(counted) };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { status: "FAILED", error: error.name, cause: error.message, ...ended(counted) };
  }
}

/** An execution's end is an event too. */
function ended({ events, transitions }: Context["counted"]) {
  return { events: events + 1, transitions };
}

export function parseMachine(definition: unknown): Machine {
  return MachineSchema.parse(definition);
}

type Context = MachinePorts & {
  readonly executionName: string;
  readonly counted: { events: number; transitions: number };
};

async function walk(machine: Machine, first: unknown, context: Context): Promise<unknown> {
  let input = first;
  for (let name = machine.StartAt; ; ) {
    const state = machine.States[name];
    if (state === undefined) throw new Error(`the machine has no state ${name}`);
    context.counted.events += 2;
    context.counted.transitions += 1;
    if (state.Type === "Succeed") return input;
    if (state.Type === "Fail") {
      throw new TaskError(textAt(input, state.ErrorPath), textAt(input, state.CausePath));
    }
    const next = await step(name, state, input, context);
    input = next.output;
    if (next.to === null) return input;
    name = next.to;
  }
}

type Step = { readonly output: unknown; readonly to: string | null };

async function step(
  name: string,
  state: Exclude<State, { Type: "Succeed" | "Fail" }>,
  input: unknown,
  context: Context,
): Promise<Step> {
  switch (state.Type) {
    case "Choice":
      return {
        output: input,
        to: state.Choices.find((rule) => holds(rule, input))?.Next ?? state.Default,
      };
    case "Pass":
      return { output: fill(state.Parameters, input, context), to: state.Next };
    case "Wait":
      await context.sleep(Number(valueAt(input, state.SecondsPath)) * 1_000);
      return { output: input, to: state.Next };
    case "Task": {
      const asked = state.Parameters === undefined ? input : fill(state.Parameters, input, context);
      const work = () => context.task(name, asked, state.TimeoutSeconds * 1_000);
      return guarded(state, input, context, 3, work);
    }
    case "Map": {
      const items = z.array(z.unknown()).parse(valueAt(input, state.ItemsPath));
      const work = () => Promise.all(items.map((item) => walk(state.ItemProcessor, item, context)));
      return guarded(state, input, context, items.length * 2, work);
    }
    default:
      return state satisfies never;
  }
}

/** A state's work with its retries and catches. `eventsEach`: what a try writes into the history. */
async function guarded(
  state: TaskState | MapState,
  input: unknown,
  context: Context,
  eventsEach: number,
  work: () => Promise<unknown>,
): Promise<Step> {
  const tries = new Map<Retrier, number>();
  for (;;) {
    context.counted.events += eventsEach;
    try {
      const result = await work();
      const output = state.ResultPath === null ? input : result;
      return { output, to: state.Next ?? null };
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      const retrier = state.Retry?.find(({ ErrorEquals }) => matches(ErrorEquals, error.name));
      const tried = retrier === undefined ? 0 : (tries.get(retrier) ?? 0);
      if (retrier !== undefined && tried < retrier.MaxAttempts) {
        tries.set(retrier, tried + 1);
        const seconds = retrier.IntervalSeconds * retrier.BackoffRate ** tried;
        await context.sleep(Math.min(seconds, retrier.MaxDelaySeconds) * 1_000 * context.random());
        continue;
      }
      const catcher = state.Catch?.find(({ ErrorEquals }) => matches(ErrorEquals, error.name));
      if (catcher === undefined) throw error;
      const caught = { Error: error.name, Cause: error.message };
      return { output: withField(input, catcher.ResultPath, caught), to: catcher.Next };
    }
  }
}

function matches(names: readonly string[], error: string): boolean {
  if (names.includes(error) || names.includes("States.ALL")) return true;
  return names.includes("States.TaskFailed") && error !== "States.Timeout";
}

function holds(rule: Rule, input: unknown): boolean {
  if (rule.And !== undefined) return rule.And.every((each) => holds(each, input));
  if (rule.Or !== undefined) return rule.Or.some((each) => holds(each, input));
  const value = valueAt(input, rule.Variable ?? "$");
  if (rule.IsPresent !== undefined) return (value !== undefined) === rule.IsPresent;
  if (rule.IsString !== undefined) return (typeof value === "string") === rule.IsString;
  if (rule.StringEquals !== undefined) return value === rule.StringEquals;
  if (rule.NumericGreaterThan !== undefined) return Number(value) > rule.NumericGreaterThan;
  throw new Error(`a rule that this machine does not know: ${JSON.stringify(rule)}`);
}

/** A Parameters object with its paths filled in. */
function fill(
  parameters: Record<string, unknown>,
  input: unknown,
  context: Context,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(parameters).map(([key, value]): [string, unknown] => {
      const nested = FieldsSchema.safeParse(value);
      if (nested.success) return [key, fill(nested.data, input, context)];
      if (!key.endsWith(".$")) return [key, value];
      const path = String(value);
      const filled =
        path === "$$.Execution.Name"
          ? context.executionName
          : path === "States.JsonToString($)"
            ? JSON.stringify(input)
            : valueAt(input, path);
      if (filled === undefined) throw new TaskError("States.ParameterPathFailure", path);
      return [key.slice(0, -2), filled];
    }),
  );
}

/** The value at `$` or `$.field`; deeper paths the machine does not have. */
function valueAt(input: unknown, path: string): unknown {
  if (path === "$") return input;
  const field = path.replace(/^\$\./, "");
  return FieldsSchema.parse(input)[field];
}

function textAt(input: unknown, path: string): string {
  return String(valueAt(input, path));
}

function withField(input: unknown, path: string, value: unknown): unknown {
  if (path === "$") return value;
  return { ...FieldsSchema.parse(input), [path.replace(/^\$\./, "")]: value };
}

const FieldsSchema = z.record(z.string(), z.unknown());

const RetrierSchema = z.object({
  ErrorEquals: z.array(z.string()),
  IntervalSeconds: z.number().default(1),
  MaxAttempts: z.number(),
  BackoffRate: z.number().default(2),
  MaxDelaySeconds: z.number().default(Number.POSITIVE_INFINITY),
});
type Retrier = z.infer<typeof RetrierSchema>;

const guards = {
  Next: z.string().optional(),
  ResultPath: z.null().optional(),
  Retry: z.array(RetrierSchema).optional(),
  Catch: z
    .array(
      z.object({
        ErrorEquals: z.array(z.string()),
        ResultPath: z.string().default("$"),
        Next: z.string(),
      }),
    )
    .optional(),
};

const TaskSchema = z.object({
  Type: z.literal("Task"),
  Parameters: FieldsSchema.optional(),
  TimeoutSeconds: z.number(),
  ...guards,
});
type TaskState = z.infer<typeof TaskSchema>;

const tests = {
  Variable: z.string().optional(),
  IsPresent: z.boolean().optional(),
  IsString: z.boolean().optional(),
  StringEquals: z.string().optional(),
  NumericGreaterThan: z.number().optional(),
};
const TestSchema = z.object(tests);
const RuleSchema = z.object({
  ...tests,
  Next: z.string(),
  And: z.array(TestSchema).optional(),
  Or: z.array(TestSchema).optional(),
});
type Rule = Partial<z.infer<typeof RuleSchema>>;

const MachineSchema = z.object({
  StartAt: z.string(),
  get States() {
    return z.record(z.string(), StateSchema);
  },
});
export type Machine = z.infer<typeof MachineSchema>;

const MapSchema = z.object({
  Type: z.literal("Map"),
  ItemsPath: z.string(),
  get ItemProcessor() {
    return MachineSchema;
  },
  ...guards,
});
type MapState = z.infer<typeof MapSchema>;

const StateSchema = z.discriminatedUnion("Type", [
  TaskSchema,
  MapSchema,
  z.object({ Type: z.literal("Choice"), Choices: z.array(RuleSchema), Default: z.string() }),
  z.object({ Type: z.literal("Pass"), Parameters: FieldsSchema, Next: z.string() }),
  z.object({ Type: z.literal("Wait"), SecondsPath: z.string(), Next: z.string() }),
  z.object({ Type: z.literal("Succeed") }),
  z.object({ Type: z.literal("Fail"), ErrorPath: z.string(), CausePath: z.string() }),
]);
type State = z.infer<typeof StateSchema>;
