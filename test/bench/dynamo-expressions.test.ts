import { describe, expect, test } from "vitest";
import { holds, updated } from "../../bench/scale/dynamo-expressions.ts";

const names = { "#a": "a", "#d": "d", "#map": "map", "#key": "sc-domain:a.example" };
const item = { sk: "BATCH#b000001", a: 5, map: { "sc-domain:b.example": 1 } };
const bindings = (values: Record<string, unknown> = {}) => ({
  ExpressionAttributeNames: names,
  ExpressionAttributeValues: values,
});

describe("conditions", () => {
  test.each([
    ["#a <= :n", { ":n": 5 }, true],
    ["#a < :n", { ":n": 5 }, false],
    ["#a = :n", { ":n": 5 }, true],
    ["attribute_not_exists(#key) AND #a >= :n", { ":n": 5 }, true],
    ["attribute_exists(#key) AND (#a = :n OR #a > :n)", { ":n": 5 }, false],
    ["attribute_exists(#key) AND #a = :n OR #a >= :n", { ":n": 5 }, true],
    ["#a >= :n AND begins_with(sk, :text)", { ":n": 1, ":text": "BATCH#" }, true],
  ])("%s", (expression, values, holding) => {
    expect(holds(expression, item, bindings(values))).toBe(holding);
  });

  test("are false of what is absent", () => {
    for (const operator of ["=", "<", "<=", ">", ">="]) {
      expect(holds(`#key ${operator} :n`, item, bindings({ ":n": 0 }))).toBe(false);
    }
  });

  test("that are not understood are refused", () => {
    expect(() => holds("contains(#a, :n)", item, bindings({ ":n": 1 }))).toThrow();
    expect(() => holds("#a <= :n :n", item, bindings({ ":n": 1 }))).toThrow();
    expect(() => holds("#a <= :absent", item, bindings())).toThrow();
  });
});

describe("updates", () => {
  test("set, add and remove, and leave the item before as it is", () => {
    const next = updated(
      "SET #a = #a + :n, #map.#key = :map, b = :n REMOVE c ADD #d :n, e :n",
      { ...item, c: 1, e: 2 },
      { ...bindings({ ":n": 3, ":map": { used: 1 } }) },
    );
    expect(next).toEqual({
      sk: "BATCH#b000001",
      a: 8,
      b: 3,
      d: 3,
      e: 5,
      map: { "sc-domain:b.example": 1, "sc-domain:a.example": { used: 1 } },
    });
    expect(item.map).toEqual({ "sc-domain:b.example": 1 });
  });
});
