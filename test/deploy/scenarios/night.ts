import {
  CreateScheduleCommand,
  GetScheduleCommand,
  type ScheduleState,
} from "@aws-sdk/client-scheduler";
import { ListExecutionsCommand } from "@aws-sdk/client-sfn";
import {
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  SetQueueAttributesCommand,
} from "@aws-sdk/client-sqs";
import { newProperty } from "../../../shared/registry/property.ts";
import { lastDays } from "../../../shared/request/date-range.ts";
import { waitUntil } from "../../support/wait-until.ts";
import { arns, names } from "../deployed-stage.ts";
import { timeoutMs } from "../patience.ts";
import { differenceFromTruth, type World } from "./world.ts";

const synced = "https://docs.example/en/";
const refused = "sc-domain:forbidden.example";

/**
 * Registers two properties, one of which Search Console refuses, and has the schedule fall due: a
 * copy of it whose hour is now, since its own may be far. What the emulator's scheduler starts, it
 * takes for a caller without TLS: hence the queue is without its policy until `ended`.
 */
export async function fireNight(world: World) {
  const { scheduler, sqs } = world.clients;
  const nowMs = Date.now();
  const { QueueUrl } = await sqs.send(new GetQueueUrlCommand({ QueueName: names.batchQueue }));
  const { Attributes: { Policy = "" } = {} } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ["Policy"] }),
  );
  const setPolicy = (text: string) =>
    sqs.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy: text } }));
  await setPolicy("");
  for (const siteUrl of [synced, refused]) {
    await world.stage.registry.changeProperty(siteUrl, () => newProperty(siteUrl, nowMs));
  }
  const deployed = await scheduler.send(new GetScheduleCommand({ Name: names.nightlySchedule }));
  const { Target, FlexibleTimeWindow } = deployed;
  if (Target === undefined || FlexibleTimeWindow === undefined) throw new Error("no schedule");
  const now = new Date(nowMs).toISOString().slice(0, 19);
  await scheduler.send(
    new CreateScheduleCommand({
      Name: `${names.nightlySchedule}-now`,
      ScheduleExpression: `at(${now})`,
      ActionAfterCompletion: "DELETE",
      FlexibleTimeWindow,
      State: "ENABLED" satisfies ScheduleState,
      Target: {
        ...Target,
        // The emulator does not fill it in.
        Input: Target.Input?.replace("<aws.scheduler.scheduled-time>", `${now}Z`),
      },
    }),
  );
  return {
    /** The night, once it is over. */
    async ended() {
      const night = await endedNight(world);
      await setPolicy(Policy);
      return night;
    },
  };
}

async function endedNight(world: World) {
  const { stage, clients } = world;
  const night = await waitUntil(
    "the night is over",
    async () => {
      const { executions = [] } = await clients.sfn.send(
        new ListExecutionsCommand({ stateMachineArn: arns.nightly }),
      );
      const [first] = executions;
      return first?.status !== undefined && first.status !== "RUNNING" && first;
    },
    timeoutMs,
  );
  const runs = (await stage.ledger.listRuns(50)).filter(({ runId }) => runId.startsWith("night-"));
  const days = lastDays(2, Date.now());
  return {
    synced,
    refused,
    status: night.status,
    runs: Object.fromEntries(runs.map(({ siteUrl, status }) => [siteUrl, status])),
    refusedIs: (await stage.registry.readProperty(refused))?.status,
    rows: await differenceFromTruth(world, { siteUrl: synced, ...days }),
  };
}
