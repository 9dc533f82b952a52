import { waitUntil } from "../wait-until.ts";
import { aHome, type TestHome } from "./cli.ts";

/** A home whose servers stay up, so that the commands of a test attach and need not start them. */
export async function aKeptHome(
  variables: Readonly<Record<string, string>> = {},
): Promise<TestHome> {
  const home = await aHome(variables);
  await keepServers(home);
  return home;
}

export async function keepServers(home: TestHome): Promise<void> {
  const owner = home.start("resources", "--keep");
  await waitUntil("the home's servers are up", () =>
    owner.stderr().includes("the servers run until Ctrl-C"),
  );
}
