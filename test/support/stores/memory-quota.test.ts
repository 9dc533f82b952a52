import type { QuotaWindow } from "../../../shared/quota/window.ts";
import { quotaContract } from "../../contracts/quota-contract.ts";
import { createMemoryQuota } from "./memory-quota.ts";

quotaContract("memory", async () => {
  const windows = new Map<string, QuotaWindow>();
  return {
    claimer: (nowMs) => createMemoryQuota({ nowMs }, windows),
    close: async () => {},
  };
});
