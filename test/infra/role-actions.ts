import type { Template } from "aws-cdk-lib/assertions";

/** A permission of a policy: its actions on one resource, as the template names it. */
export type Permission = { readonly action: string; readonly resource: string };

/** What a role of a template may do, sorted. */
export function actionsOfRole(template: Template, roleId: string): readonly string[] {
  return permissionsOfRole(template, roleId)
    .map(({ action }) => action)
    .sort();
}

/** Every action of a role with the resource it is allowed on; `*` conditions are left to the caller. */
export function permissionsOfRole(template: Template, roleId: string): readonly Permission[] {
  const policies = Object.values(template.findResources("AWS::IAM::Policy")).filter((policy) =>
    policy.Properties.Roles.some((role: { Ref: string }) => role.Ref === roleId),
  );
  const statements: Statement[] = policies.flatMap(
    (policy) => policy.Properties.PolicyDocument.Statement,
  );
  return statements.flatMap(({ Action, Resource }) =>
    [Action]
      .flat()
      .flatMap((action) =>
        listed(Resource).map((resource) => ({ action, resource: JSON.stringify(resource) })),
      ),
  );
}

type Statement = { readonly Action: string | string[]; readonly Resource: unknown };

function listed(resource: unknown): readonly unknown[] {
  return Array.isArray(resource) ? resource : [resource];
}
