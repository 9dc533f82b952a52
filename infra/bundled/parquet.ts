/**
 * Stands in for the packages that read and write Parquet files in the functions' bundles: a stage has
 * no lake, and so much less to load.
 */
export function parquetMetadata(): never {
  throw new Error("a stage in AWS has no lake");
}

export const parquetRead = parquetMetadata;
export const parquetWriteBuffer = parquetMetadata;
