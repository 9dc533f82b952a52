import { accountId, region } from "../ministack.ts";

/** What a template's references stand for once it is deployed. */
export type DeployedNames = {
  /** By logical id. */
  readonly resources: ReadonlyMap<string, { readonly type: string; readonly physicalId: string }>;
  readonly exports: ReadonlyMap<string, string>;
};

/** A template's value with its intrinsic functions resolved. @throws Error on an unknown one */
export function resolveValue(value: unknown, names: DeployedNames): unknown {
  if (Array.isArray(value)) return value.map((each) => resolveValue(each, names));
  if (!isObject(value)) return value;
  const [only, ...more] = Object.entries(value);
  if (only !== undefined && more.length === 0) {
    const resolved = resolveFunction(only[0], only[1], names);
    if (resolved !== undefined) return resolved;
  }
  return Object.fromEntries(
    Object.entries(value).map(([key, each]) => [key, resolveValue(each, names)]),
  );
}

function resolveFunction(name: string, given: unknown, names: DeployedNames): unknown {
  switch (name) {
    case "Ref":
      return pseudoParameters.get(String(given)) ?? resourceOf(String(given), names).physicalId;
    case "Fn::GetAtt": {
      const [logicalId, attribute] = listOf(given);
      return attributeOf(String(logicalId), String(attribute), names);
    }
    case "Fn::ImportValue": {
      const found = names.exports.get(String(given));
      if (found === undefined) throw new Error(`nothing is exported as ${String(given)}`);
      return found;
    }
    case "Fn::Join": {
      const [separator, parts] = listOf(given);
      return listOf(resolveValue(parts, names)).join(String(separator));
    }
    case "Fn::Split": {
      const [separator, text] = listOf(given);
      return String(resolveValue(text, names)).split(String(separator));
    }
    case "Fn::Select": {
      const [index, list] = listOf(given);
      return listOf(resolveValue(list, names))[Number(index)];
    }
    case "Fn::Sub":
      return String(given).replaceAll(
        /\$\{([^}]+)\}/g,
        (_, key: string) => pseudoParameters.get(key) ?? resourceOf(key, names).physicalId,
      );
    default:
      if (name.startsWith("Fn::")) throw new Error(`${name} is not resolved`);
      return undefined;
  }
}

const pseudoParameters = new Map([
  ["AWS::Partition", "aws"],
  ["AWS::Region", region],
  ["AWS::AccountId", accountId],
  ["AWS::URLSuffix", "amazonaws.com"],
]);

function resourceOf(logicalId: string, names: DeployedNames) {
  const found = names.resources.get(logicalId);
  if (found === undefined) throw new Error(`${logicalId} is not deployed`);
  return found;
}

function attributeOf(logicalId: string, attribute: string, names: DeployedNames): string {
  const { type, physicalId } = resourceOf(logicalId, names);
  const known = attributes[`${type}.${attribute}`];
  if (known === undefined) throw new Error(`${type} has no ${attribute} that is known here`);
  return known(physicalId);
}

const lastPart = (text: string) => text.split(/[/:]/).at(-1) ?? "";
const arn = (service: string, rest: string) => `arn:aws:${service}:${region}:${accountId}:${rest}`;

const attributes: Readonly<Record<string, (physicalId: string) => string>> = {
  "AWS::CloudWatch::Alarm.Arn": (name) => arn("cloudwatch", `alarm:${name}`),
  "AWS::Events::EventBus.Arn": (name) => arn("events", `event-bus/${name}`),
  "AWS::Events::Rule.Arn": (name) => arn("events", `rule/${name}`),
  "AWS::IAM::Role.Arn": (name) => `arn:aws:iam::${accountId}:role/${name}`,
  "AWS::KMS::Key.Arn": (id) => arn("kms", `key/${id}`),
  "AWS::Lambda::Function.Arn": (name) => arn("lambda", `function:${name}`),
  "AWS::Lambda::Version.Version": lastPart,
  "AWS::Logs::LogGroup.Arn": (name) => arn("logs", `log-group:${name}:*`),
  "AWS::SNS::Topic.TopicName": lastPart,
  "AWS::SQS::Queue.Arn": (url) => arn("sqs", lastPart(url)),
  "AWS::SQS::Queue.QueueName": lastPart,
  "AWS::StepFunctions::StateMachine.Arn": (machineArn) => machineArn,
  "AWS::StepFunctions::StateMachine.Name": lastPart,
};

function listOf(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw new Error(`no list: ${JSON.stringify(value)}`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
