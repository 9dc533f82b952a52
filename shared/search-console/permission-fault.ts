/**
 * What keeps an account with this permission from reading a property's figures; undefined when
 * nothing does. Source: https://developers.google.com/webmaster-tools/v1/sites#resource
 */
export function permissionFault(level: string, siteUrl: string): string | undefined {
  if (level !== "siteUnverifiedUser") return undefined;
  return `the account has ${siteUrl} in its list and may not read it: add the account's address as a user of the property in Search Console (Settings, Users and permissions)`;
}
