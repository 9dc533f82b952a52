/**
 * What CDK writes for a machine like ours, small: a planned list is sent as messages, then waited
 * for or finished; a failing dispatch is retried, then caught.
 */
export const toyStateMachine = {
  StartAt: "PlanRun",
  States: {
    PlanRun: {
      Type: "Task",
      Resource: "arn:aws:states:::lambda:invoke",
      Parameters: {
        FunctionName: "arn:aws:lambda:us-east-1:000000000000:function:plan-run",
        Payload: {
          "request.$": "$",
          "execution.$": "$$.Execution.Id",
          "name.$": "$$.Execution.Name",
          "startedAt.$": "$$.Execution.StartTime",
        },
      },
      OutputPath: "$.Payload",
      Next: "DispatchBatches",
    },
    DispatchBatches: {
      Type: "Task",
      Resource: "arn:aws:lambda:us-east-1:000000000000:function:dispatch-batches",
      Retry: [{ ErrorEquals: ["Busy"], IntervalSeconds: 1, MaxAttempts: 2, BackoffRate: 1 }],
      Catch: [{ ErrorEquals: ["States.ALL"], ResultPath: "$.error", Next: "FinishRun" }],
      Next: "Finished?",
    },
    "Finished?": {
      Type: "Choice",
      Choices: [{ Variable: "$.next", StringEquals: "finish", Next: "FinishRun" }],
      Default: "Ring",
    },
    Ring: {
      Type: "Map",
      ItemsPath: "$.messages",
      ResultPath: null,
      ItemProcessor: {
        ProcessorConfig: { Mode: "INLINE" },
        StartAt: "SendBatchMessage",
        States: {
          SendBatchMessage: {
            Type: "Task",
            Resource: "arn:aws:states:::sqs:sendMessage",
            Parameters: { QueueUrl: "https://placeholder/", "MessageBody.$": "$" },
            End: true,
          },
        },
      },
      Next: "Pause",
    },
    Pause: { Type: "Wait", SecondsPath: "$.waitSeconds", Next: "DispatchBatches" },
    FinishRun: {
      Type: "Task",
      Resource: "arn:aws:lambda:us-east-1:000000000000:function:finish-run",
      Next: "Failed?",
    },
    "Failed?": {
      Type: "Choice",
      Choices: [{ Variable: "$.failed", BooleanEquals: true, Next: "RunFailed" }],
      Default: "RunSucceeded",
    },
    RunFailed: { Type: "Fail", Error: "RunFailed", Cause: "the toy run failed" },
    RunSucceeded: { Type: "Succeed" },
  },
};
