import { memoryRegistry } from "../../shared/registry/memory-registry.ts";
import { describeRegistry } from "../contracts/registry-contract.ts";

describeRegistry("memory", async () => {
  const registry = memoryRegistry();
  return { client: () => registry, close: async () => {} };
});
