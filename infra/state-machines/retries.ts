import { Duration } from "aws-cdk-lib";
import { Errors, JitterType, type TaskStateBase } from "aws-cdk-lib/aws-stepfunctions";

/**
 * Faults of Lambda itself, not of our code. Throttling is retried for longer: it ends when
 * somebody else's invocations do.
 * https://docs.aws.amazon.com/step-functions/latest/dg/bp-lambda-serviceexception.html
 */
export function retryServiceFaults<Task extends TaskStateBase>(task: Task): Task {
  task.addRetry({
    errors: ["Lambda.TooManyRequestsException"],
    interval: Duration.seconds(1),
    backoffRate: 2,
    maxAttempts: 10,
    maxDelay: Duration.seconds(60),
    jitterStrategy: JitterType.FULL,
  });
  task.addRetry({
    errors: [
      "Lambda.ServiceException",
      "Lambda.AWSLambdaException",
      "Lambda.SdkClientException",
      "Lambda.ClientExecutionTimeoutException",
      "Lambda.Unknown",
      "Runtime.ExitError",
      "Sandbox.Timedout",
      Errors.TIMEOUT,
    ],
    interval: Duration.seconds(1),
    backoffRate: 2,
    maxAttempts: 5,
    maxDelay: Duration.seconds(30),
    jitterStrategy: JitterType.FULL,
  });
  return task;
}

/** A store of ours that is away: some ten minutes of tries, since without it the run would fail. */
export function retryOutages<Task extends TaskStateBase>(task: Task): Task {
  return retryForMinutes(task, ["LedgerError", "QuotaError", "RowStoreError"]);
}

/** A service that Step Functions calls by itself does not answer, or throttles. */
export function retryServiceAway<Task extends TaskStateBase>(
  task: Task,
  service: "SQS" | "StepFunctions",
): Task {
  return retryForMinutes(task, [...serviceAway[service], Errors.TIMEOUT]);
}

/** Names of either generation of the SDK that Step Functions calls with. */
const serviceAway = {
  SQS: ["SQS.SdkClientException", "SQS.AmazonSQSException", "SQS.SqsException"],
  StepFunctions: [
    "StepFunctions.SdkClientException",
    "StepFunctions.AWSStepFunctionsException",
    "StepFunctions.SfnException",
    "StepFunctions.ExecutionLimitExceeded",
    "StepFunctions.ExecutionLimitExceededException",
    "StepFunctions.ThrottlingException",
  ],
} as const;

function retryForMinutes<Task extends TaskStateBase>(task: Task, errors: string[]): Task {
  task.addRetry({
    errors,
    interval: Duration.seconds(2),
    backoffRate: 2,
    maxAttempts: 24,
    maxDelay: Duration.seconds(60),
    jitterStrategy: JitterType.FULL,
  });
  return task;
}

/** Starting an execution, less the one answer that says that it was started before. */
export function retryStarts<Task extends TaskStateBase>(task: Task): Task {
  task.addRetry({ errors: ["StepFunctions.ExecutionAlreadyExistsException"], maxAttempts: 0 });
  return retryRepeatable(retryServiceAway(task, "StepFunctions"));
}

/**
 * Whatever a task throws whose input comes from the machine and not from a person, and which may
 * run twice: a store that was away for some seconds must not end a run.
 */
export function retryRepeatable<Task extends TaskStateBase>(task: Task): Task {
  task.addRetry({
    errors: [Errors.TASKS_FAILED],
    interval: Duration.seconds(1),
    backoffRate: 2,
    maxAttempts: 4,
    maxDelay: Duration.seconds(10),
    jitterStrategy: JitterType.FULL,
  });
  return task;
}

/** The event bus is away: the run has ended, and half an hour of tries is left to publish that. */
export function retryUnpublished<Task extends TaskStateBase>(task: Task): Task {
  task.addRetry({
    errors: ["EventBusError"],
    interval: Duration.seconds(5),
    backoffRate: 2,
    maxAttempts: 12,
    maxDelay: Duration.seconds(300),
    jitterStrategy: JitterType.FULL,
  });
  return task;
}
