/**
 * The SDK finds region, credentials and endpoint (`AWS_PROFILE`, `AWS_REGION`, `AWS_ENDPOINT_URL`).
 * A service that does not answer fails within 10 s, retries included.
 */
export const awsClientOptions = {
  maxAttempts: 3,
  requestHandler: {
    connectionTimeout: 2_500,
    requestTimeout: 8_000,
    throwOnRequestTimeout: true,
  },
} as const;
