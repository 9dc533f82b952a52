/** What differs between the stages; everything else is the same in all of them. */
export type Stage = {
  readonly name: StageName;
  /** Workers at once: 1, 3 or 5 as rollout steps. */
  readonly lever: number;
  /** Data outlives its stack. */
  readonly retainData: boolean;
  readonly logRetentionDays: 7 | 30 | 90;
};

export const stageNames = ["dev", "staging", "prod"] as const;
export type StageName = (typeof stageNames)[number];

const stages: Record<StageName, Stage> = {
  dev: { name: "dev", lever: 3, retainData: false, logRetentionDays: 7 },
  staging: { name: "staging", lever: 3, retainData: false, logRetentionDays: 30 },
  prod: { name: "prod", lever: 3, retainData: true, logRetentionDays: 90 },
};

/** @throws UnknownStageError, whose message is one line for a person. */
export function stageNamed(name: unknown): Stage {
  const known = stageNames.find((stageName) => stageName === name);
  if (known === undefined) throw new UnknownStageError(name);
  return stages[known];
}

export class UnknownStageError extends Error {
  readonly code = "UNKNOWN_STAGE";

  constructor(name: unknown) {
    super(`unknown stage ${JSON.stringify(name)}: use -c stage=${stageNames.join("|")}`);
    this.name = "UnknownStageError";
  }
}
