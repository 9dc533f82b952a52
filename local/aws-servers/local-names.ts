import { resourceNames } from "../../shared/config/names.ts";

/** What AWS would have named, for a home. */
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

/** `key`: the owner's access key, which its servers check. */
export function localClientOptions(endpoint: string, key = "local") {
  return {
    endpoint,
    region: localRegion,
    credentials: { accessKeyId: key, secretAccessKey: key },
  };
}
