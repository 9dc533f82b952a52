import { expect, test } from "vitest";
import * as z from "zod";
import { schemaFaults } from "../../shared/lib/schema-faults.ts";

test("what does not fit is one line, without the values", () => {
  const schema = z.object({
    a: z.object({ b: z.number() }),
    c: z.string(),
    d: z.null(),
    e: z.int(),
  });
  const { error } = schema.safeParse({ a: { b: "secret" }, c: 7, d: 1, e: 1.5 });
  const line = schemaFaults(error ?? new z.ZodError([]));
  expect(line).toMatch(/^a\.b: Invalid input: .*; c: .*; d: .*; and 1 more$/);
  expect(line).not.toMatch(/secret|\n/);
});
