/** A store that does not answer is a fault, not a reason to hang. */
export const clientTimeouts = {
  requestHandler: {
    connectionTimeout: 3_000,
    requestTimeout: 10_000,
    throwOnRequestTimeout: true,
  },
} as const;
