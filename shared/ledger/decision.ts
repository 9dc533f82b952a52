import type { Run } from "./run.ts";

/** What a transition decides: a changed run to be written, or nothing to write; with an answer. */
export type Decision<Answer> = {
  readonly run: Run | null;
  readonly answer: Answer;
};

export function changed<Answer>(run: Run, answer: Answer): Decision<Answer> {
  return { run, answer };
}

export function unchanged<Answer>(answer: Answer): Decision<Answer> {
  return { run: null, answer };
}

export type RunTransition<Answer> = (run: Run) => Decision<Answer>;
