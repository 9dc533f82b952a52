import { describeRegistry } from "../../../contracts/registry-contract.ts";
import { memoryRegistry } from "../../../support/stores/memory-registry.ts";

describeRegistry("memory", async () => {
  const registry = memoryRegistry();
  return { client: () => registry, close: async () => {} };
});
