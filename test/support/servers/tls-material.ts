import { execFile } from "node:child_process";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";

export type TlsMaterial = {
  readonly certificate: string;
  readonly key: string;
  /** What a client has to trust. */
  readonly authority: string;
};

/**
 * A certificate, for 127.0.0.1 unless other names are given, and the authority behind it, made for
 * one check. Our queues and topics refuse requests without TLS, and CDK's bucket does.
 */
export async function makeTlsMaterial(
  folder: string,
  names = "IP:127.0.0.1",
): Promise<TlsMaterial> {
  const file = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => promisify(execFile)("openssl", args);
  const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
  await openssl(
    ...["req", "-x509", ...newKey, "-keyout", file("ca.key"), "-out", file("ca.crt")],
    ...["-days", "2", "-subj", "/CN=gsc-sync deploy check"],
    ...["-addext", "basicConstraints=critical,CA:TRUE"],
    ...["-addext", "keyUsage=critical,keyCertSign"],
  );
  await openssl(
    ...["req", ...newKey, "-keyout", file("server.key"), "-out", file("server.csr")],
    ...["-subj", "/CN=127.0.0.1"],
  );
  await writeFile(file("names"), `subjectAltName=${names}\n`);
  await openssl(
    ...["x509", "-req", "-in", file("server.csr"), "-out", file("server.crt"), "-days", "2"],
    ...["-CA", file("ca.crt"), "-CAkey", file("ca.key"), "-CAcreateserial"],
    ...["-extfile", file("names")],
  );
  return {
    certificate: file("server.crt"),
    key: file("server.key"),
    authority: file("ca.crt"),
  };
}
