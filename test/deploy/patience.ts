/** How long a step waits for what must come: whatever the machine has to do beside it. */
export const timeoutMs = 180_000;
