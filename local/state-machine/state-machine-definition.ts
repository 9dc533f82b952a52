import type { StateMachine, StateMachineDefinition } from "aws-local-stepfunctions";
import { z } from "zod";

/** Any JSON, as the runner types it. */
export type Json = Parameters<StateMachine["run"]>[0];

export type TaskState = { readonly name: string; readonly resource: string };

const StateSchema = z.looseObject({
  Type: z.string(),
  Resource: z.string().optional(),
  get ItemProcessor() {
    return StatesSchema.optional();
  },
  get Iterator() {
    return StatesSchema.optional();
  },
  get Branches() {
    return z.array(StatesSchema).optional();
  },
});
const StatesSchema = z.looseObject({
  StartAt: z.string(),
  States: z.record(z.string(), StateSchema),
});

type States = z.infer<typeof StatesSchema>;

/** @throws ZodError when it isn't a state machine at all; the runner judges the rest. */
export function parseDefinition(definition: unknown): {
  readonly machine: StateMachineDefinition;
  readonly tasks: readonly TaskState[];
} {
  const states = StatesSchema.parse(definition);
  return { machine: definition as StateMachineDefinition, tasks: tasksOf(states) };
}

/** Task states at any depth. */
function tasksOf({ States }: States): TaskState[] {
  return Object.entries(States).flatMap(([name, state]) => {
    const nested = [state.ItemProcessor, state.Iterator, ...(state.Branches ?? [])];
    const below = nested.flatMap((states) => (states === undefined ? [] : tasksOf(states)));
    const own = state.Type === "Task" ? [{ name, resource: state.Resource ?? "" }] : [];
    return [...own, ...below];
  });
}
