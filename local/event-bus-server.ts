import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import { z } from "zod";
import type { EventLog } from "./event-log.ts";
import { listenOnLoopback } from "./listen-on-loopback.ts";

export type EventBusServer = {
  readonly url: string;
  close(): Promise<void>;
};

/**
 * Speaks as much of the EventBridge API (AWS JSON 1.1) as telling of runs takes: PutEvents, which
 * is answered once the events are on the disk. Of rules and targets it knows nothing.
 * https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
 */
export async function startEventBusServer(log: EventLog): Promise<EventBusServer> {
  const server = createServer((request, response) => {
    answer(request, log).then(
      (body) => reply(200, body),
      (error: unknown) =>
        error instanceof ApiError
          ? reply(400, { __type: error.type, message: error.message })
          : reply(500, { __type: "InternalException", message: String(error) }),
    );
    function reply(status: number, body: object): void {
      response.writeHead(status, {
        "content-type": "application/x-amz-json-1.1",
        "x-amzn-requestid": randomUUID(),
      });
      response.end(JSON.stringify(body));
    }
  });
  const port = await listenOnLoopback(server);
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

class ApiError extends Error {
  readonly code = "EVENTS_API";
  readonly type: string;

  constructor(type: string, message: string) {
    super(message);
    this.name = "ApiError";
    this.type = type;
  }
}

async function answer(request: IncomingMessage, log: EventLog): Promise<object> {
  const target = request.headers["x-amz-target"];
  const body = await bodyOf(request);
  if (target !== "AWSEvents.PutEvents") {
    throw new ApiError("UnknownOperationException", `local mode has no ${String(target)}`);
  }
  const parsed = PutEventsSchema.safeParse(body);
  if (!parsed.success) throw new ApiError("ValidationException", z.prettifyError(parsed.error));
  return putEvents(parsed.data.Entries, log);
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

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  let text = "";
  request.setEncoding("utf8");
  for await (const chunk of request) text += chunk;
  return parseJson(text);
}
