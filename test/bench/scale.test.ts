import { expect, test } from "vitest";
import { keyWrites } from "../../bench/scale/key-writes.ts";
import { quotaFloor } from "../../bench/scale/quota-floor.ts";

const account = { kind: "account", id: "a", budget: 940, burst: 20 } as const;
const project = { kind: "project", id: "p", budget: 31_333, burst: 1_000 } as const;

test("the floor of the quota is a window for each whole budget, and the rest at the burst cap", () => {
  const seconds = (requests: number) => quotaFloor([{ scope: account, requests }]).seconds;
  expect(seconds(0)).toBe(0);
  expect(seconds(20)).toBe(0);
  expect(seconds(21)).toBe(1);
  expect(seconds(940)).toBe(46);
  expect(seconds(941)).toBe(63);
  expect(seconds(10 * 940)).toBe(9 * 63 + 46);
});

test("the floor is that of the scope which takes longest", () => {
  const wanted = (accounts: number) => [
    { scope: account, requests: 9_400 },
    { scope: project, requests: 9_400 * accounts },
  ];
  expect(quotaFloor(wanted(10)).kind).toBe("account");
  expect(quotaFloor(wanted(50)).kind).toBe("project");
  expect(quotaFloor([])).toEqual({ seconds: 0, kind: null });
});

test("the hottest key is the one with the busiest second", () => {
  const writes = keyWrites();
  for (let second = 0; second < 10; second += 1) writes.add("steady", 3, second * 1_000);
  writes.add("sudden", 4, 5_100);
  writes.add("sudden", 4, 5_900);
  writes.add("sudden", 1, 6_000);
  writes.add("sudden", 1, 8_000);
  expect(writes.hottest()).toEqual({ key: "sudden", peak: 8, mean: 2.5 });
});
