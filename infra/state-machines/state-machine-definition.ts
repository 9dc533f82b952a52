import { z } from "zod";

/**
 * The definition that a resolved `DefinitionString` of a template stands for, its tokens (`Ref` by
 * its name, `Fn::GetAtt` as `Resource.Attribute`) replaced.
 * @throws Error on a token that `replacements` does not know.
 */
export function stateMachineDefinition(
  definitionString: unknown,
  replacements: Readonly<Record<string, string>>,
): Record<string, unknown> {
  const text = DefinitionStringSchema.parse(definitionString).map((piece) =>
    typeof piece === "string" ? piece : replacement(piece.token, replacements),
  );
  return DefinitionSchema.parse(JSON.parse(text.join("")));
}

const DefinitionSchema = z.record(z.string(), z.unknown());

const PieceSchema = z.union([
  z.string(),
  z.object({ Ref: z.string() }).transform((piece) => ({ token: piece.Ref })),
  z
    .object({ "Fn::GetAtt": z.tuple([z.string(), z.string()]) })
    .transform((piece) => ({ token: piece["Fn::GetAtt"].join(".") })),
]);

const DefinitionStringSchema = z.union([
  z.string().transform((text) => [text]),
  z
    .object({ "Fn::Join": z.tuple([z.literal(""), z.array(PieceSchema)]) })
    .transform((join) => join["Fn::Join"][1]),
]);

function replacement(token: string, replacements: Readonly<Record<string, string>>): string {
  const known = replacements[token];
  if (known === undefined) throw new Error(`the definition refers to ${token}, which is unknown`);
  return known;
}
