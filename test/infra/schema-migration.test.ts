import { App } from "aws-cdk-lib";
import { Template } from "aws-cdk-lib/assertions";
import { describe, expect, test } from "vitest";
import { stacksOf } from "../../infra/stacks/stacks-of.ts";
import { stageNamed } from "../../infra/stages/stages.ts";
import { MigrateSchemaEventSchema } from "../../lambdas/events.ts";
import { environmentNames, resourceNames } from "../../shared/config/names.ts";
import { actionsOfRole, permissionsOfRole } from "./role-actions.ts";

process.env.CDK_VALIDATION = "false";
const migration = resourceNames("dev").lambdaFunction("migrate-schema");
const stores = ["dsql", "dynamodb", "postgres"] as const;
type Store = (typeof stores)[number];

describe.each(stores)("rows in %s", (store) => {
  const template = pipelineWith(store);
  const { schemaId, schema } = schemaOf(template);

  test("every function that is told of them waits for the migration, and no other does", () => {
    for (const { name, dependsOn, variables } of functionsOf(template)) {
      const hasRows = environmentNames.rowStore in variables && name !== migration;
      expect([name, dependsOn.includes(schemaId)]).toEqual([name, hasRows]);
    }
  });

  test("the migration is told of them too, and runs again when it has changed", () => {
    const own = functionsOf(template).find(({ name }) => name === migration);
    expect(own?.variables[environmentNames.rowStore]).toBe(store);
    const [versionId = ""] = schema.migration["Fn::GetAtt"];
    expect(template.findResources("AWS::Lambda::Version")[versionId]?.Properties).toMatchObject({
      FunctionName: { Ref: own?.id },
    });
  });

  test("the migration takes what the deploy sends it", () => {
    const event = { RequestType: "Create", ResourceProperties: resolved(schema) };
    expect(MigrateSchemaEventSchema.safeParse(event).error).toBeUndefined();
  });
});

test("in a Postgres, whoever is told of the rows may read the URL's secret, and no template has it", () => {
  const template = pipelineWith("postgres");
  for (const { name, roleId, variables } of functionsOf(template)) {
    const told = environmentNames.rowStore in variables;
    const permissions = permissionsOfRole(template, roleId).filter(({ resource }) =>
      resource.includes(":secret:gsc-sync/dev/postgres-url-??????"),
    );
    expect([name, permissions.map(({ action }) => action)]).toEqual([
      name,
      told ? ["secretsmanager:GetSecretValue"] : [],
    ]);
    expect(variables[environmentNames.postgresSecret]).toBe(
      told ? "gsc-sync/dev/postgres-url" : undefined,
    );
  }
  expect(JSON.stringify(template.toJSON())).not.toContain("resolve:secretsmanager");
});

describe("in Aurora DSQL", () => {
  const template = pipelineWith("dsql");
  const entering = functionsOf(template).filter(
    ({ variables }) => environmentNames.rowStore in variables,
  );

  test("the migration alone enters as admin, the others as a role that defines nothing", () => {
    for (const { name, roleId, variables } of entering) {
      const isMigration = name === migration;
      const dsql = actionsOfRole(template, roleId).filter((action) => action.startsWith("dsql:"));
      expect(dsql).toEqual([isMigration ? "dsql:DbConnectAdmin" : "dsql:DbConnect"]);
      expect(variables[environmentNames.dsqlUser]).toBe(isMigration ? "admin" : "gsc_sync");
    }
  });

  test("the role is given to exactly the functions that enter as it", () => {
    const { dsqlRole } = schemaOf(template).schema;
    const roles = entering.filter(({ name }) => name !== migration).map(({ roleId }) => roleId);
    expect(dsqlRole).toEqual({
      role: "gsc_sync",
      principals: roles.map((roleId) => ({ "Fn::GetAtt": [roleId, "Arn"] })),
    });
    expect(roles).toHaveLength(5);
  });
});

function pipelineWith(rowStore: Store): Template {
  const app = new App({ analyticsReporting: false, context: { "aws:cdk:bundling-stacks": [] } });
  return Template.fromStack(stacksOf(app, { ...stageNamed("dev"), rowStore }).pipeline);
}

function functionsOf(template: Template) {
  return Object.entries(template.findResources("AWS::Lambda::Function"))
    .filter(([, { Properties }]) => Properties.FunctionName !== undefined)
    .map(([id, { Properties, DependsOn = [] }]) => ({
      id,
      name: Properties.FunctionName,
      roleId: Properties.Role["Fn::GetAtt"][0],
      variables: Properties.Environment.Variables,
      dependsOn: [DependsOn].flat(),
    }));
}

function schemaOf(template: Template) {
  const [[schemaId = "", resource] = []] = Object.entries(
    template.findResources("Custom::RowStoreSchema"),
  );
  return { schemaId, schema: resource?.Properties };
}

/** As CloudFormation sends it: references to roles are ARNs, all else is text. */
function resolved(properties: object): unknown {
  const text = JSON.stringify(properties).replaceAll(
    /\{"Fn::GetAtt":\["(\w+)","(\w+)"\]\}/g,
    (_, id, attribute) =>
      attribute === "Arn" ? `"arn:aws:iam::111122223333:role/gsc-sync-dev-${id}"` : '"1"',
  );
  return JSON.parse(text);
}
