import { expect, onTestFinished, test } from "vitest";
import { attachToOwner, openControlPort } from "../../../local/home/control-port.ts";

test("only who knows the owner's secret is attached", async () => {
  const control = await openControlPort();
  onTestFinished(() => control.close());
  const { port, secret } = control;
  for (const wrong of ["", "x", `${secret}x`, secret.slice(1), "x".repeat(secret.length)]) {
    expect(await attachToOwner(port, wrong)).toBeUndefined();
  }
  expect(control.attachedPids()).toEqual([]);
  const attachment = await attachToOwner(port, secret);
  expect(control.attachedPids()).toEqual([process.pid]);
  attachment?.close();
});

test("nobody is attached any more once the owner is stopping", async () => {
  const control = await openControlPort();
  onTestFinished(() => control.close());
  const { port, secret } = control;
  await control.refuseWhenAlone(new AbortController().signal);
  expect(await attachToOwner(port, secret)).toBeUndefined();
  expect(control.attachedPids()).toEqual([]);
});
