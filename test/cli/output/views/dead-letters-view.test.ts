import { describe, expect, test } from "vitest";
import {
  deadLetterLines,
  deadLettersTable,
} from "../../../../cli/output/views/dead-letters-view.ts";
import { deadLetterOf } from "../../../../shared/operations/dead-letters/dead-letter.ts";

const nowMs = new Date(2026, 10, 21, 12, 0, 0).getTime();
const canvas = { width: Number.POSITIVE_INFINITY, colour: false };

function tableOf(...bodies: readonly string[]): readonly string[] {
  const letters = bodies.map((body, index) =>
    deadLetterOf({ messageId: `m-${index}`, body }, "not a batch message", nowMs - 60_000),
  );
  return deadLettersTable(letters, nowMs, canvas).split("\n");
}

describe("dead letters for a person", () => {
  test("are a line each: which, when, why, and how it begins", () => {
    const [, , line = ""] = tableOf('{"runId":');
    expect(line.split(/ {2,}/)).toEqual([
      "m-0",
      "11:59:00",
      "not a batch message",
      '{\\"runId\\":',
    ]);
  });

  test("cannot move the cursor, turn the text or break the line", () => {
    const lines = tableOf("a\u001b[2Jb\u009b31mc\u202ed\ne\r\u2028f\u0000");
    expect(lines).toHaveLength(3);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
    expect(lines[2]).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2028]/);
  });

  test("of any length are cut", () => {
    expect(tableOf("日".repeat(200_000))[2]?.length).toBeLessThan(200);
  });

  test("that are none are said so, and status is silent", () => {
    expect(deadLettersTable([], nowMs, canvas)).toBe("No dead letters.");
    expect(deadLetterLines(0)).toEqual([]);
    expect(deadLetterLines(2)[0]).toContain("2 dead letters");
  });
});
