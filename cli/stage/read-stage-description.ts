import { GetParameterCommand, SSMClient } from "@aws-sdk/client-ssm";
import { resourceNames, type StageName } from "../../shared/config/names.ts";
import {
  type StageDescription,
  StageDescriptionSchema,
} from "../../shared/config/stage-description.ts";
import { parseJson } from "../../shared/lib/parse-json.ts";
import { CommandError } from "../output/errors.ts";
import { awsClientOptions } from "./aws-client-options.ts";
import { asAwsFault } from "./aws-fault.ts";

const timeoutMs = 10_000;

/**
 * Reads a deployed stage's description of itself; the first request of a command. @throws
 * CommandError when there is none, or AWS refuses or does not answer within 10 s
 */
export async function readStageDescription(stage: StageName): Promise<StageDescription> {
  const name = resourceNames(stage).description;
  const client = new SSMClient(awsClientOptions);
  try {
    const { Parameter } = await client.send(new GetParameterCommand({ Name: name }), {
      abortSignal: AbortSignal.timeout(timeoutMs),
    });
    return parse(Parameter?.Value, name, stage);
  } catch (error) {
    throw asAwsFault(error, stage);
  } finally {
    client.destroy();
  }
}

function parse(text: string | undefined, name: string, stage: StageName): StageDescription {
  const parsed = StageDescriptionSchema.safeParse(parseJson(text ?? ""));
  if (parsed.success) return parsed.data;
  throw new CommandError(
    `the stage ${stage} was deployed by another version (its parameter ${name} cannot be read): deploy this one, or use the clone that deployed it`,
  );
}
