import { describe, expect, test } from "vitest";
import {
  bytes,
  count,
  counted,
  duration,
  localTime,
  percent,
  wholeSeconds,
} from "../../../../cli/output/views/format.ts";

describe("numbers", () => {
  test("have thousands separators", () => {
    expect(count(1_234_567)).toBe("1,234,567");
    expect(count(999)).toBe("999");
    expect(count(9_971.7)).toBe("9,972");
  });

  test("are singular only for one", () => {
    expect([0, 1, 2_000].map((value) => counted(value, "unit"))).toEqual([
      "0 units",
      "1 unit",
      "2,000 units",
    ]);
    expect(counted(2, "retry", "retries")).toBe("2 retries");
  });

  test("reach 100 % only when all is done", () => {
    expect(percent(1_999, 2_000)).toBe("99 %");
    expect(percent(2_000, 2_000)).toBe("100 %");
    expect(percent(0, 0)).toBe("100 %");
  });
});

test.each([
  [0, "0 ms"],
  [850, "850 ms"],
  [999.6, "1.0 s"],
  [1_240, "1.2 s"],
  [59_940, "59.9 s"],
  [59_960, "1 m 00 s"],
  [125_000, "2 m 05 s"],
  [3_599_600, "1 h 00 m"],
  [3_720_000, "1 h 02 m"],
  [100_800_000, "1 d 04 h"],
])("a duration of %d ms reads %s", (ms, text) => {
  expect(duration(ms)).toBe(text);
});

test("a ticking duration has no fractions and is never negative", () => {
  expect([-5_000, 400, 41_600, 125_400].map(wholeSeconds)).toEqual([
    "0 s",
    "0 s",
    "42 s",
    "2 m 05 s",
  ]);
});

test.each([
  [512, "512 B"],
  [1_023.7, "1.0 KiB"],
  [1_536, "1.5 KiB"],
  [222_298_112, "212 MiB"],
  [1_048_575, "1.0 MiB"],
  [3_221_225_472, "3.0 GiB"],
])("%d bytes read %s", (value, text) => {
  expect(bytes(value)).toBe(text);
});

describe("local time", () => {
  const atMs = new Date(2026, 10, 21, 14, 5, 9).getTime();

  test("is a time of day", () => {
    expect(localTime(atMs, atMs - 60_000)).toBe("14:05:09");
  });

  test("has its date when that is not today", () => {
    expect(localTime(atMs, new Date(2026, 10, 20, 23, 0, 0).getTime())).toBe("2026-11-21 14:05:09");
  });
});
