/** How long a step waits for what must come: whatever the machine has to do beside it. */
export const patienceMs = 180_000;
