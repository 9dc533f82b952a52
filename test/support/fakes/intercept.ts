/** A call of a port's method, as one who stands between sees it. */
export type PortCall = {
  readonly port: string;
  readonly method: string;
  readonly args: readonly unknown[];
};

/** The port with something around each of its calls: `call()` makes it. */
export function intercept<Port extends object>(
  name: string,
  port: Port,
  around: (seen: PortCall, call: () => unknown) => unknown,
): Port {
  return new Proxy(port, {
    get(target, key) {
      const member: unknown = Reflect.get(target, key);
      if (typeof member !== "function") return member;
      return (...args: unknown[]) =>
        around({ port: name, method: String(key), args }, () =>
          Reflect.apply(member, target, args),
        );
    },
  });
}
