import { randomUUID } from "node:crypto";
import { z } from "zod";
import { parseJson } from "../../shared/lib/parse-json.ts";
import {
  AwsJsonError,
  type AwsJsonServer,
  startAwsJsonServer,
  unknownOperation,
} from "./aws-json-server.ts";
import type { EventLog } from "./event-log.ts";

/**
 * Speaks as much of the EventBridge API (AWS JSON 1.1) as publishing runs takes: PutEvents, which
 * is answered once the events are on the disk. Of rules and targets it knows nothing.
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
 */
export function startEventBusServer(log: EventLog, key?: string): Promise<AwsJsonServer> {
  return startAwsJsonServer({
    version: "1.1",
    faultType: "InternalException",
    key,
    answer({ target, body }) {
      if (target !== "AWSEvents.PutEvents") throw unknownOperation(target);
      const parsed = PutEventsSchema.safeParse(body);
      if (parsed.success) return putEvents(parsed.data.Entries, log);
      throw new AwsJsonError("ValidationException", z.prettifyError(parsed.error));
    },
  });
}

type Entry = z.infer<typeof EntrySchema>;

/** What is no event of a run is refused by itself, as EventBridge refuses a malformed detail. */
async function putEvents(entries: readonly Entry[], log: EventLog): Promise<object> {
  const answers: object[] = [];
  const lines = new Map<string, string[]>();
  for (const { Detail } of entries) {
    const detail = DetailSchema.safeParse(parseJson(Detail));
    if (detail.success) {
      const { runId } = detail.data;
      lines.set(runId, [...(lines.get(runId) ?? []), JSON.stringify(detail.data)]);
      answers.push({ EventId: randomUUID() });
    } else {
      answers.push({ ErrorCode: "MalformedDetail", ErrorMessage: "Detail is malformed." });
    }
  }
  await Promise.all([...lines].map(([runId, of]) => log.append(runId, of)));
  const failed = answers.filter((each) => "ErrorCode" in each).length;
  return { FailedEntryCount: failed, Entries: answers };
}

const DetailSchema = z.looseObject({ runId: z.string().min(1).max(100) });

const EntrySchema = z.object({
  Source: z.string().min(1),
  DetailType: z.string().min(1),
  Detail: z.string(),
  EventBusName: z.string().optional(),
});

const PutEventsSchema = z.object({ Entries: z.array(EntrySchema).min(1).max(10) });
