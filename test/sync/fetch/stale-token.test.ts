import { expect, test } from "vitest";
import { failure } from "../../support/fakes/scripted-search-console.ts";
import { syncWorld } from "../../support/homes/sync-world.ts";

test("a request whose token was refused is claimed anew and sent once more", async () => {
  const world = syncWorld({
    fault: (_request, nth) => (nth === 1 ? failure({ kind: "stale-token" }) : undefined),
  });
  await world.start([1]);
  await world.send();
  expect((await world.work(0)).kind).toBe("settled");
  expect(world.searchConsole.sent).toHaveLength(2);
  const asked = world.calls.map(({ method }) => method).filter((m) => /claim|fetchPage/.test(m));
  expect(asked).toEqual(["claim", "fetchPage", "claim", "fetchPage"]);
});

test("a token that is refused again stops the run", async () => {
  const world = syncWorld({ fault: () => failure({ kind: "stale-token" }) });
  await world.start([1]);
  await world.send();
  expect((await world.work(0)).kind).toBe("halted");
  expect(world.searchConsole.sent).toHaveLength(2);
});
