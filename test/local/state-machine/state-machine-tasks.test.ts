import { describe, expect, test } from "vitest";
import { startExecutionTask } from "../../../local/state-machine/state-machine-tasks.ts";

const input = { StateMachineArn: "arn", Name: "run-1-b", Input: { runId: "run-1" } };
const state = { name: "StartSuccessor", resource: "arn:aws:states:::states:startExecution" };

describe("a task that starts an execution", () => {
  test("starts it by its name, with its input as text", async () => {
    const started: string[][] = [];
    const task = startExecutionTask((name, text) => {
      started.push([name, text]);
      return { executionArn: `arn:${name}` };
    });
    expect(await task(state)(input)).toEqual({ ExecutionArn: "arn:run-1-b" });
    expect(started).toEqual([["run-1-b", '{"runId":"run-1"}']]);
  });

  test.each([
    ["exists", "StepFunctions.ExecutionAlreadyExistsException"],
    ["invalid-input", "StepFunctions.InvalidExecutionInputException"],
  ] as const)("throws what Step Functions does where it cannot (%s)", async (why, name) => {
    const task = startExecutionTask(() => why);
    await expect(task(state)(input)).rejects.toMatchObject({ name });
  });
});
