/**
 * What keeps an account with this permission from reading a property's figures; undefined when
 * nothing does. Source: https://developers.google.com/webmaster-tools/v1/sites#resource
 */
export function permissionFault(level: string, siteUrl: string): string | undefined {
  if (level !== "siteUnverifiedUser") return undefined;
  return `the account knows ${siteUrl} and has not verified it: add it as a user in Search Console, Settings, Users and permissions`;
}
