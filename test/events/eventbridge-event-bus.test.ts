import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { mockClient } from "aws-sdk-client-mock";
import { afterEach, describe, expect, onTestFinished, test } from "vitest";
import { startEventBusServer } from "../../local/aws-servers/event-bus-server.ts";
import { openEventLog, readEventLines } from "../../local/aws-servers/event-log.ts";
import { localClientOptions } from "../../local/aws-servers/local-names.ts";
import { EventBusError } from "../../shared/events/event-bus.ts";
import { eventBridgeEventBus } from "../../shared/events/eventbridge-event-bus.ts";
import { type UnitEvent, unitFailedEvent } from "../../shared/events/unit-event.ts";
import { newBatch } from "../../shared/ledger/batch.ts";
import { fakeClock } from "../support/fakes/fake-clock.ts";
import { aRun } from "../support/samples/a-run.ts";
import { sampleUnit } from "../support/samples/row-samples.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

function events(count: number, error = "HTTP 500"): readonly UnitEvent[] {
  const units = Array.from({ length: count }, (_, index) => sampleUnit(index));
  return newBatch("run-1", "b000000", units).units.map((unit) =>
    unitFailedEvent(aRun(), { ...unit, attempts: 1, lastError: error }),
  );
}

const options = { busName: "bus", clock: fakeClock() };

describe("against the home's own event bus", () => {
  async function aBus() {
    const folder = temporaryFolder();
    const server = await startEventBusServer(openEventLog(folder));
    const client = new EventBridgeClient({ ...localClientOptions(server.url), maxAttempts: 1 });
    onTestFinished(async () => {
      client.destroy();
      await server.close();
    });
    const stored = async (runId: string) =>
      (await readEventLines(folder, runId, 0)).map(({ line }) => JSON.parse(line));
    return { server, client, bus: eventBridgeEventBus(client, options), stored };
  }

  test("events are kept in order, each run's by themselves", async () => {
    const { bus, stored } = await aBus();
    const mine = events(25);
    const others = events(2).map((event) => ({ ...event, runId: "other/run" }));
    await bus.publish([...mine, ...others]);
    expect(await stored("run-1")).toEqual(mine);
    expect(await stored("other/run")).toEqual(others);
  });

  test("a text of any length is cut to what a call can carry", async () => {
    const { bus, stored } = await aBus();
    await bus.publish(events(12, "\u{1F642}".repeat(200_000)));
    const kept = await stored("run-1");
    expect(kept).toHaveLength(12);
    expect(kept[0].error.length).toBeLessThan(25_000);
  });

  test("what is no event of a run is refused by itself", async () => {
    const { client, stored } = await aBus();
    const entry = { Source: "test", DetailType: "Unit settled" };
    const answer = await client.send(
      new PutEventsCommand({
        Entries: [
          { ...entry, Detail: "{" },
          { ...entry, Detail: '{"runId":"run-1"}' },
        ],
      }),
    );
    expect(answer).toMatchObject({
      FailedEntryCount: 1,
      Entries: [{ ErrorCode: "MalformedDetail" }, { EventId: expect.any(String) }],
    });
    expect(await stored("run-1")).toEqual([{ runId: "run-1" }]);
    const tooMany = Array(11).fill({ ...entry, Detail: '{"runId":"run-1"}' });
    await expect(client.send(new PutEventsCommand({ Entries: tooMany }))).rejects.toMatchObject({
      name: "ValidationException",
    });
  });

  test("a bus that is gone is an outage", async () => {
    const { bus, server } = await aBus();
    await server.close();
    await expect(bus.publish(events(1))).rejects.toMatchObject({ code: "unavailable" });
  });
});

describe("what EventBridge left out of a call", () => {
  const client = new EventBridgeClient({ region: "us-east-1" });
  const mock = mockClient(client);
  afterEach(() => mock.reset());
  const bus = eventBridgeEventBus(client, options);
  const busy = { ErrorCode: "InternalFailure", ErrorMessage: "try again" };
  const sent = () =>
    mock
      .commandCalls(PutEventsCommand)
      .map(({ args: [command] }) =>
        command.input.Entries?.map(({ Detail }) => JSON.parse(Detail ?? "").date),
      );

  test("is sent again, and nothing else with it", async () => {
    mock
      .on(PutEventsCommand)
      .resolvesOnce({ FailedEntryCount: 2, Entries: [busy, { EventId: "1" }, busy] })
      .resolvesOnce({ FailedEntryCount: 1, Entries: [{ EventId: "2" }, busy] })
      .resolves({ FailedEntryCount: 0, Entries: [{ EventId: "3" }] });
    const [a, b, c] = [0, 1, 2].map((index) => sampleUnit(index).date);
    await bus.publish(events(3));
    expect(sent()).toEqual([[a, b, c], [a, c], [c]]);
  });

  test("and leaves out again and again is an outage, told with EventBridge's reason", async () => {
    mock.on(PutEventsCommand).resolves({ FailedEntryCount: 1, Entries: [busy] });
    const error = await bus.publish(events(1)).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(EventBusError);
    expect(String(error)).toContain("InternalFailure: try again");
    expect(sent()).toHaveLength(4);
  });
});
