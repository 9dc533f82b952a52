/**
 * Bytes of an item as DynamoDB counts them: names and texts in UTF-8, a number by its digits, 3
 * bytes and 1 an element for a list or map.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
 */
export function dynamoItemSize(item: object): number {
  return Object.entries(item).reduce((sum, [name, value]) => sum + fieldSize(name, value), 0);
}

function fieldSize(name: string, value: unknown): number {
  return value === undefined ? 0 : Buffer.byteLength(name) + valueSize(value);
}

function valueSize(value: unknown): number {
  if (typeof value === "string") return Buffer.byteLength(value);
  if (typeof value === "number") return Math.ceil(String(value).length / 2) + 1;
  if (Array.isArray(value)) return value.reduce((sum, each) => sum + 1 + valueSize(each), 3);
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value);
    return entries.reduce((sum, [name, each]) => sum + 1 + fieldSize(name, each), 3);
  }
  return 1;
}
