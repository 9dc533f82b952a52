import { GetRoleCommand, GetRolePolicyCommand, ListRolePoliciesCommand } from "@aws-sdk/client-iam";
import type { Reader } from "./readers.ts";

export const readRole: Reader = async ({ iam }, { physicalId: RoleName }) => {
  const { Role } = await iam.send(new GetRoleCommand({ RoleName }));
  return { AssumeRolePolicyDocument: documentOf(Role?.AssumeRolePolicyDocument) };
};

export const readPolicy: Reader = async ({ iam }, { wanted: { Roles, PolicyName } }) => {
  const [RoleName] = Array.isArray(Roles) ? Roles : [];
  const { PolicyNames = [] } = await iam.send(new ListRolePoliciesCommand({ RoleName }));
  const name = PolicyNames.find((each) => each === PolicyName);
  if (name === undefined) return {};
  const found = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName: name }));
  return {
    Roles: [found.RoleName],
    PolicyName: found.PolicyName,
    PolicyDocument: documentOf(found.PolicyDocument),
  };
};

/** IAM answers with URL-encoded JSON. */
function documentOf(text: string | undefined): unknown {
  return JSON.parse(decodeURIComponent(text ?? "null"));
}
