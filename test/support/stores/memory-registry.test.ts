import { describeRegistry } from "../../contracts/registry-contract.ts";
import { memoryRegistry } from "./memory-registry.ts";

describeRegistry("memory", async () => {
  const registry = memoryRegistry();
  return { client: () => registry, close: async () => {} };
});
