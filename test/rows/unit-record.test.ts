import { describe, expect, test } from "vitest";
import { unitId } from "../../shared/rows/unit-record.ts";
import { sampleUnit } from "../support/samples/row-samples.ts";

describe("a unit id", () => {
  test("is a version 8 UUID that never changes: stored rows are found by it", () => {
    expect(unitId(sampleUnit())).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    expect(unitId(sampleUnit())).toBe("08b83302-486d-8d86-a597-429c902bd42e");
  });

  test("differs with property, report and date, wherever one ends and the next begins", () => {
    const units = [
      sampleUnit(0),
      sampleUnit(1),
      sampleUnit(0, "sc-domain:example.co"),
      sampleUnit(0, "sc-domain:example.co", "m_page_query"),
      sampleUnit(0, 'sc-domain:example.com","page_query', ""),
    ];
    expect(new Set(units.map(unitId)).size).toBe(units.length);
  });
});
