/** What a lever makes of the worker's function and of its event-source mapping. */
export type LeverEffect = {
  readonly reservedConcurrency: number;
  readonly mappingMaximum: number;
  readonly mappingEnabled: boolean;
};

/**
 * AWS allows a mapping no maximum below 2, and its pollers go on at a reserved concurrency of 0: so
 * at 1 the reserved concurrency holds, and a stop disables the mapping.
 * Source: https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html
 */
export function leverEffect(lever: number): LeverEffect {
  return {
    reservedConcurrency: lever,
    mappingMaximum: Math.max(2, lever),
    mappingEnabled: lever > 0,
  };
}
