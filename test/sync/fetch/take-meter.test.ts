import { expect, test } from "vitest";
import { createTakeMeter } from "../../../shared/sync/fetch/take-meter.ts";

function meterAt() {
  const time = { nowMs: 10_000 };
  return { time, meter: createTakeMeter(() => time.nowMs) };
}

test("working time runs while at least one unit does not wait for quota", () => {
  const { time, meter } = meterAt();
  meter.unitStarted();
  time.nowMs += 100;
  meter.unitStarted();
  time.nowMs += 100;
  meter.waitBegun();
  time.nowMs += 100;
  meter.waitBegun();
  time.nowMs += 60_000;
  meter.waitEnded();
  time.nowMs += 100;
  meter.unitEnded();
  time.nowMs += 5_000;
  meter.waitEnded();
  meter.unitEnded();
  expect(meter.figures(2, 90)).toMatchObject({ durationMs: 400, units: 2, memoryMb: 90 });
});

test("requests are counted by the second in which they were sent", () => {
  const { time, meter } = meterAt();
  meter.requestSent();
  time.nowMs = 10_999;
  meter.requestSent();
  time.nowMs = 11_000;
  meter.requestSent();
  meter.retried();
  meter.deferred();
  meter.exceeded();
  expect(meter.figures(0, 0)).toMatchObject({
    requests: 3,
    retries: 1,
    deferred: 1,
    exceeded: 1,
    sentBySecond: { "10": 2, "11": 1 },
  });
});
