import { resourceNames } from "../../shared/config/names.ts";

/** What AWS would have named, for a home. Any credentials do: nothing checks them. */
export const localStage = "local";
export const localRegion = "us-east-1";
const account = "000000000000";

export const localNames = resourceNames(localStage);

export const stateMachineArn = `arn:aws:states:${localRegion}:${account}:stateMachine:${localNames.stateMachine}`;

export function queueArn(name: string): string {
  return `arn:aws:sqs:${localRegion}:${account}:${name}`;
}

/** The path of a queue's URL, whatever its host. */
export function queuePath(name: string): string {
  return `/${account}/${name}`;
}

export function localClientOptions(endpoint: string) {
  return {
    endpoint,
    region: localRegion,
    credentials: { accessKeyId: "local", secretAccessKey: "local" },
  };
}
