import { beforeEach, describe, expect, test } from "vitest";
import {
  borrowNightlySync,
  borrowSettings,
  renewLoan,
  takeLoan,
} from "../../../shared/operations/loan/borrow.ts";
import { giveBack, giveBackAbandoned } from "../../../shared/operations/loan/give-back.ts";
import { type Here, loanMs } from "../../../shared/operations/loan/loan.ts";
import type { LoanPorts } from "../../../shared/operations/loan/loan-ports.ts";
import {
  newProperty,
  type Property,
  pauseProperty,
  quarantineProperty,
  resumeProperty,
} from "../../../shared/registry/property.ts";
import { memoryLedger } from "../../support/stores/memory-ledger.ts";
import { memoryLoans } from "../../support/stores/memory-loans.ts";
import { memoryRegistry } from "../../support/stores/memory-registry.ts";

const siteUrl = "sc-domain:example.com";
const alive = new Set<number>();
const process = (pid: number, host = "here"): Here => ({
  host,
  pid,
  isAlive: (other) => alive.has(other),
});
const [first, second, third] = [process(1), process(2), process(3)];
const borrower = { loanId: "rollout-1", borrower: "rollout", host: "here", pid: 1 } as const;
const other = { loanId: "drill-1", borrower: "drill", host: "here", pid: 2 } as const;

describe("a loan", () => {
  let nowMs: number;
  let ports: LoanPorts;
  let ledger: ReturnType<typeof memoryLedger>;

  beforeEach(async () => {
    nowMs = 1_000;
    alive.clear();
    for (const pid of [1, 2, 3]) alive.add(pid);
    ledger = memoryLedger({ lever: 5 });
    const registry = memoryRegistry();
    await registry.changeProperty(siteUrl, () => newProperty(siteUrl, 0));
    ports = { loans: memoryLoans(), settings: ledger, registry, nowMs: () => nowMs };
  });

  const lever = async () => (await ledger.readSettings()).lever;
  const property = () => ports.registry.readProperty(siteUrl);
  const borrow = (wanted: { lever?: number; inFlight?: number; queueSize?: number }) =>
    borrowSettings("rollout-1", wanted, first, ports);
  async function end() {
    const loan = await ports.loans.readLoan();
    if (loan === undefined) throw new Error("there is no loan");
    return giveBack(loan, ports);
  }

  test("gives back all it changed, to the default where nothing was set", async () => {
    await ledger.changeSettings({ inFlight: 7 });
    await takeLoan(borrower, first, ports);
    await borrow({ lever: 1 });
    await borrow({ lever: 3, inFlight: 10, queueSize: 50 });
    await borrowNightlySync("rollout-1", siteUrl, first, ports);
    expect(await ledger.readSettings()).toMatchObject({ lever: 3, inFlight: 10, queueSize: 50 });
    expect(await property()).toMatchObject({
      status: "paused",
      reason: expect.stringContaining("rollout-1"),
    });

    const back = await end();
    expect(back.settings).toEqual({ lever: null, inFlight: 7, queueSize: null });
    expect(back.resumed).toEqual([siteUrl]);
    expect(await ledger.readSettings()).toEqual({ lever: 5, inFlight: 7 });
    expect((await property())?.status).toBe("active");
    expect(await ports.loans.readLoan()).toBeUndefined();
  });

  test("leaves a person's choice, though the borrower had made the same one before", async () => {
    await takeLoan(borrower, first, ports);
    await borrow({ lever: 1 });
    await borrow({ lever: 3 });
    await ledger.changeSettings({ lever: 1 });
    expect((await end()).settings).toEqual({});
    expect(await lever()).toBe(1);
  });

  test.each([
    "the loan is written, nothing is changed",
    "one of two values is set",
    "the property is noted",
    "the property is paused",
  ])("of a borrower that dies when %s is given back by the next", async (point) => {
    await takeLoan(borrower, first, ports);
    const die = () => Promise.reject(new Error("killed"));
    const dying: LoanPorts = {
      ...ports,
      settings: { ...ledger, changeSettings: die },
      registry: { ...ports.registry, changeProperty: die },
    };
    if (point.startsWith("the loan")) {
      await expect(borrowSettings("rollout-1", { lever: 1 }, first, dying)).rejects.toThrow();
    } else {
      await borrow({ lever: 1 });
    }
    if (point.startsWith("one of")) {
      await expect(borrowSettings("rollout-1", { lever: 3 }, first, dying)).rejects.toThrow();
      expect(await lever()).toBe(1);
    }
    if (point.endsWith("noted")) {
      await expect(borrowNightlySync("rollout-1", siteUrl, first, dying)).rejects.toThrow();
    } else if (point.endsWith("paused")) {
      await borrowNightlySync("rollout-1", siteUrl, first, ports);
    }

    expect(await giveBackAbandoned(second, ports)).toBeUndefined();
    alive.delete(1);
    expect((await giveBackAbandoned(second, ports))?.loan.loanId).toBe("rollout-1");
    expect(await lever()).toBe(5);
    expect((await property())?.status).toBe("active");
    expect(await ports.loans.readLoan()).toBeUndefined();
    expect(await giveBackAbandoned(second, ports)).toBeUndefined();
  });

  test("leaves alone what a person changed meanwhile", async () => {
    await takeLoan(borrower, first, ports);
    await borrow({ lever: 1, inFlight: 10 });
    await borrowNightlySync("rollout-1", siteUrl, first, ports);
    await ledger.changeSettings({ lever: 2 });
    await ports.registry.changeProperty(siteUrl, (known) => known && pauseProperty(known, 9));

    expect(await borrow({ lever: 3 })).toEqual({ kind: "theirs", names: ["lever"] });
    const back = await end();
    expect(back).toMatchObject({ settings: { inFlight: null }, resumed: [] });
    expect(await lever()).toBe(2);
    expect(await property()).toMatchObject({ status: "paused", reason: null });
  });

  test.each([
    ["resumed by a person", (known: Property) => resumeProperty(known, 9)],
    [
      "quarantined",
      (known: Property) => quarantineProperty(resumeProperty(known, 9), "forbidden", 9),
    ],
    ["removed", () => undefined],
  ] as const)("does not touch a property that was %s meanwhile", async (_what, change) => {
    await takeLoan(borrower, first, ports);
    await borrowNightlySync("rollout-1", siteUrl, first, ports);
    await ports.registry.changeProperty(siteUrl, (known) => known && change(known));
    const before = await property();
    expect((await end()).resumed).toEqual([]);
    expect(await property()).toEqual(before);
  });

  test("does not pause what is paused already", async () => {
    await ports.registry.changeProperty(siteUrl, (known) => known && pauseProperty(known, 3));
    await takeLoan(borrower, first, ports);
    expect(await borrowNightlySync("rollout-1", siteUrl, first, ports)).toBe(false);
    await end();
    expect(await property()).toMatchObject({ status: "paused", sinceMs: 3 });
  });

  test("is one borrower's at a time", async () => {
    expect(await takeLoan(borrower, first, ports)).toEqual({ kind: "taken" });
    const refused = await takeLoan(other, second, ports);
    expect(refused).toMatchObject({ kind: "held", by: { loanId: "rollout-1" } });
    expect(await borrowSettings("drill-1", { lever: 1 }, second, ports)).toEqual({ kind: "lost" });
    expect(await lever()).toBe(5);
  });

  test("of another machine is held as long as its lease, which its borrower renews", async () => {
    const far = process(1, "far");
    alive.clear();
    await takeLoan({ ...borrower, host: "far" }, far, ports);
    nowMs += loanMs - 1;
    expect(await giveBackAbandoned(second, ports)).toBeUndefined();
    expect(await renewLoan("rollout-1", far, ports)).toBe(true);
    nowMs += loanMs - 1;
    expect(await giveBackAbandoned(second, ports)).toBeUndefined();
    nowMs += 1;
    expect(await giveBackAbandoned(second, ports)).toBeDefined();
    expect(await renewLoan("rollout-1", far, ports)).toBe(false);
  });

  test("that was given back for a borrower who stood still changes nothing more for it", async () => {
    await takeLoan(borrower, first, ports);
    await borrow({ lever: 1 });
    nowMs += loanMs;
    expect(await takeLoan(other, second, ports)).toEqual({ kind: "taken" });
    await borrowSettings("drill-1", { lever: 2 }, second, ports);
    expect(await borrow({ lever: 3 })).toEqual({ kind: "lost" });
    expect(await borrowNightlySync("rollout-1", siteUrl, first, ports)).toBe(false);
    expect(await lever()).toBe(2);
  });

  test("that two find abandoned is given back once", async () => {
    await takeLoan(borrower, first, ports);
    await borrow({ lever: 1 });
    alive.delete(1);
    const backs = await Promise.all([
      giveBackAbandoned(second, ports),
      giveBackAbandoned(third, ports),
    ]);
    expect(backs.filter((back) => back !== undefined)).toHaveLength(1);
    expect(await lever()).toBe(5);
  });
});
