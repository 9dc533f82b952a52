/** A statement as it was sent, with what came of it. */
export type SentStatement = {
  readonly text: string;
  /** Bytes of its parameters. */
  readonly bytes: number;
  readonly parameters: number;
  /** Rows that it changed or answered. */
  readonly rows: number;
};

/**
 * What Aurora DSQL would refuse in a statement that is a transaction of its own; none: []. From
 * https://docs.aws.amazon.com/aurora-dsql/latest/userguide/CHAP_quotas.html and, beside it,
 * working-with-postgresql-compatibility-supported-sql-subsets.html, …-supported-data-types.html and
 * working-with-create-index-async.html.
 */
export function dsqlFaults({ text, bytes, parameters, rows }: SentStatement): readonly string[] {
  const sql = text.replaceAll(/\s+/g, " ").trim();
  const form = forms.find(({ pattern }) => pattern.test(sql));
  const unknown = lacking.flatMap(({ pattern, name }) => (pattern.test(sql) ? [name] : []));
  const writes = form?.writes === true;
  return [
    ...(form === undefined ? ["a statement of no form that is known to be supported"] : []),
    ...unknown,
    ...(writes && rows > maxRows ? [`${rows} rows changed in a transaction`] : []),
    ...(writes && bytes > maxBytes ? [`${bytes} bytes changed in a transaction`] : []),
    ...(parameters > 65_535 ? [`${parameters} parameters`] : []),
    ...definitionFaults(sql),
  ];
}

const maxRows = 3_000;
const maxBytes = 10 * 1_024 * 1_024;

const forms = [
  { pattern: /^SELECT /, writes: false },
  { pattern: /^INSERT INTO /, writes: true },
  { pattern: /^UPDATE /, writes: true },
  { pattern: /^DELETE FROM /, writes: true },
  { pattern: /^WITH .* (INSERT INTO|UPDATE) /, writes: true },
  { pattern: /^CREATE TABLE (IF NOT EXISTS )?\w+ \(/, writes: false },
  { pattern: /^CREATE (OR REPLACE )?VIEW \w+ AS SELECT /, writes: false },
  {
    pattern: /^CREATE (UNIQUE )?INDEX ASYNC (IF NOT EXISTS )?\w+ ON \w+ \(\w+(, \w+){0,7}\)$/,
    writes: false,
  },
  // A default or a constraint on an added column is refused.
  {
    pattern: /^ALTER TABLE \w+ ADD COLUMN (IF NOT EXISTS )?\w+ [a-z]+( precision)?$/,
    writes: false,
  },
] as const;

const lacking = [
  { pattern: /;/, name: "more than one statement" },
  { pattern: /\b(BEGIN|SAVEPOINT|LOCK|PREPARE)\b/i, name: "transaction control" },
  { pattern: /\b(TRUNCATE|VACUUM|COPY)\b/i, name: "a command that is not there" },
  { pattern: /\b(TEMP|TEMPORARY|UNLOGGED)\b/i, name: "a temporary table" },
  { pattern: /\b(REFERENCES|FOREIGN KEY|EXCLUDE)\b/i, name: "a constraint that is not there" },
  { pattern: /\b(TRIGGER|EXTENSION|TABLESPACE|PARTITION|INHERITS)\b/i, name: "an object" },
  { pattern: /\b(SERIAL|BIGSERIAL|SEQUENCE|NEXTVAL|IDENTITY)\b/i, name: "a sequence" },
  { pattern: /\bCOLLATE\b/i, name: "a collation" },
  { pattern: /\bCOUNT\s*\(/i, name: "a count, which may not end on a big table" },
  { pattern: /\bDO \$/i, name: "PL/pgSQL" },
] as const;

/** Of each column's type: can it stand in a key? */
const types: Readonly<Record<string, boolean>> = {
  uuid: true,
  text: true,
  date: true,
  bigint: true,
  integer: true,
  boolean: true,
  timestamptz: true,
  "double precision": true,
  bytea: false,
};

function definitionFaults(sql: string): readonly string[] {
  const body = /^CREATE TABLE (?:IF NOT EXISTS )?\w+ \((.*)\)$/.exec(sql)?.[1];
  if (body === undefined) return [];
  const keys = [...body.matchAll(/(?:PRIMARY KEY|UNIQUE) \(([^)]*)\)/g)].map((match) =>
    (match[1] ?? "").split(",").map((name) => name.trim()),
  );
  const columns = new Map(
    body
      .replaceAll(/(?:PRIMARY KEY|UNIQUE) \([^)]*\)/g, "")
      .split(",")
      .map((column) => column.trim())
      .filter((column) => column !== "")
      .map((column) => {
        const [, name = "", type = ""] = /^(\w+) (.*?)(?: NOT NULL)?$/.exec(column) ?? [];
        return [name, type] as const;
      }),
  );
  return [
    ...(keys.length === 0 ? ["a table without a primary key"] : []),
    ...(columns.size > 255 ? [`${columns.size} columns`] : []),
    ...[...columns].flatMap(([name, type]) =>
      type in types ? [] : [`column ${name} of type ${type}`],
    ),
    ...keys.flatMap((key) => (key.length > 8 ? [`a key of ${key.length} columns`] : [])),
    ...keys.flat().flatMap((name) => {
      const type = columns.get(name) ?? "nothing";
      return types[type] === true ? [] : [`${name}, of type ${type}, in a key`];
    }),
  ];
}
