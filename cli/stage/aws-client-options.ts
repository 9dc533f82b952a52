/**
 * Region, credentials and endpoint are the SDK's to find (`AWS_PROFILE`, `AWS_REGION`,
 * `AWS_ENDPOINT_URL`). A service that does not answer is found out within 10 s, tries included.
 */
export const awsClientOptions = {
  maxAttempts: 3,
  requestHandler: {
    connectionTimeout: 2_500,
    requestTimeout: 8_000,
    throwOnRequestTimeout: true,
  },
} as const;
