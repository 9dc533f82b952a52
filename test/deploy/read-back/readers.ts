import type { Clients } from "../clients.ts";
import type { DeployedResource } from "./deployed-resources.ts";
import { readAlarm, readDashboard, readTopic, readTopicPolicy } from "./read-alarms.ts";
import { readEventBus, readRule, readSchedule, readStateMachine } from "./read-events.ts";
import { readFunction, readMapping, readPermission, readVersion } from "./read-functions.ts";
import { readPolicy, readRole } from "./read-permissions.ts";
import {
  readLogGroup,
  readParameter,
  readQueue,
  readQueuePolicy,
  readTable,
} from "./read-stores.ts";

/** What the service itself says of a resource, in the words of its template. */
export type Reader = (
  clients: Clients,
  resource: DeployedResource,
) => Promise<Readonly<Record<string, unknown>>>;

export const readers: Readonly<Record<string, Reader>> = {
  "AWS::CloudWatch::Alarm": readAlarm,
  "AWS::CloudWatch::Dashboard": readDashboard,
  "AWS::DynamoDB::Table": readTable,
  "AWS::Events::EventBus": readEventBus,
  "AWS::Events::Rule": readRule,
  "AWS::IAM::Policy": readPolicy,
  "AWS::IAM::Role": readRole,
  "AWS::Lambda::EventSourceMapping": readMapping,
  "AWS::Lambda::Function": readFunction,
  "AWS::Lambda::Permission": readPermission,
  "AWS::Lambda::Version": readVersion,
  "AWS::Logs::LogGroup": readLogGroup,
  "AWS::SNS::Topic": readTopic,
  "AWS::SNS::TopicPolicy": readTopicPolicy,
  "AWS::SQS::Queue": readQueue,
  "AWS::SQS::QueuePolicy": readQueuePolicy,
  "AWS::SSM::Parameter": readParameter,
  "AWS::Scheduler::Schedule": readSchedule,
  "AWS::StepFunctions::StateMachine": readStateMachine,
};

/** Not read back, and why that does no harm. */
export const unread: Readonly<Record<string, string>> = {
  "AWS::CDK::Metadata": "CDK's own count of constructs",
  "AWS::KMS::Key": "the topics' key: nothing here uses it, the snapshot of the stack holds it",
  "Custom::Lever": "sets function and mapping to the lever: they are read afterwards",
  "Custom::RowStoreSchema": "the migration: what it left in the rows' table is opened afterwards",
};
