import {
  type EventBridgeClient,
  PutEventsCommand,
  type PutEventsRequestEntry,
} from "@aws-sdk/client-eventbridge";
import type { Clock } from "../lib/clock.ts";
import { errorMessage } from "../lib/error-message.ts";
import { type EventBus, EventBusError } from "./event-bus.ts";
import { detailTypes, eventSource } from "./event-envelope.ts";
import type { SyncEvent } from "./sync-event.ts";

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
const maxEntries = 10;
/** 256 KB a call; an error text is cut far below, so that a single event always fits. */
const maxBytes = 200_000;
const maxTextChars = 20_000;

/** Sends of what a call left out, with growing waits between them. */
const maxSends = 4;
const firstWaitMs = 100;

/** The events of a stage on an EventBridge bus, in order as far as the calls succeed. */
export function eventBridgeEventBus(
  client: EventBridgeClient,
  options: { readonly busName: string; readonly clock: Pick<Clock, "sleep" | "random"> },
): EventBus {
  async function put(entries: readonly PutEventsRequestEntry[]): Promise<void> {
    let left = entries;
    for (let sends = 1; ; sends += 1) {
      const { Entries: answers = [], FailedEntryCount: failed = 0 } = await client.send(
        new PutEventsCommand({ Entries: [...left] }),
      );
      if (failed === 0) return;
      const refused = answers.find(({ ErrorCode }) => ErrorCode !== undefined);
      left = left.filter((_, index) => answers[index]?.EventId === undefined);
      if (sends >= maxSends) {
        throw new Error(
          `it did not take ${left.length} of ${entries.length} events: ${refused?.ErrorCode}: ${refused?.ErrorMessage}`,
        );
      }
      await options.clock.sleep(firstWaitMs * 2 ** sends * (0.5 + options.clock.random() / 2));
    }
  }

  return {
    async publish(events) {
      const entries = events.map((event) => entryOf(event, options.busName));
      try {
        for (const call of callsOf(entries)) await put(call);
      } catch (cause) {
        throw new EventBusError(
          `the event bus ${options.busName} is away: ${errorMessage(cause)}`,
          { cause },
        );
      }
    },
  };
}

function entryOf(event: SyncEvent, busName: string): PutEventsRequestEntry {
  return {
    EventBusName: busName,
    Source: eventSource,
    DetailType: detailTypes[event.kind],
    Detail: JSON.stringify(withShortTexts(event)),
  };
}

function withShortTexts(event: SyncEvent): SyncEvent {
  if (event.kind === "unit") return { ...event, error: shortened(event.error) };
  return { ...event, reason: shortened(event.reason) };
}

function shortened(text: string | null): string | null {
  return text === null || text.length <= maxTextChars ? text : `${text.slice(0, maxTextChars)}…`;
}

/** In order, as many entries a call as EventBridge takes. */
function callsOf(entries: readonly PutEventsRequestEntry[]): readonly PutEventsRequestEntry[][] {
  const calls: PutEventsRequestEntry[][] = [];
  let bytes = 0;
  for (const entry of entries) {
    const size = Buffer.byteLength(JSON.stringify(entry));
    const call = calls.at(-1);
    if (call === undefined || call.length >= maxEntries || bytes + size > maxBytes) {
      calls.push([entry]);
      bytes = size;
    } else {
      call.push(entry);
      bytes += size;
    }
  }
  return calls;
}
