/** One execution of a state machine, as Step Functions describes it. */
export type Execution = {
  readonly status: string;
  readonly error?: string | undefined;
  readonly cause?: string | undefined;
};

/** A state machine's executions, by name: those of the sync machine, or of the nightly one. */
export type Executions = {
  /** A name that is taken starts nothing when the input is the same. */
  start(name: string, input: { readonly runId?: string | undefined }): Promise<void>;
  /** Undefined when there is none of that name. */
  describe(name: string): Promise<Execution | undefined>;
  /** `cause`: what the execution's history says of the stop. */
  stop(name: string, cause: string): Promise<void>;
};

/** False also when there is none of that name. */
export async function isExecutionRunning(
  executions: Pick<Executions, "describe">,
  name: string,
): Promise<boolean> {
  return (await executions.describe(name))?.status === "RUNNING";
}
