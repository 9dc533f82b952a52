export type Item = Readonly<Record<string, unknown>>;

/** What an expression's names and values stand for. */
export type Bindings = {
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>> | undefined;
  readonly ExpressionAttributeValues?: Readonly<Record<string, unknown>> | undefined;
};

type Test = (item: Item, bindings: Bindings) => boolean;
type Value = (item: Item, bindings: Bindings) => unknown;
type Change = (before: Item, next: Record<string, unknown>, bindings: Bindings) => void;

/**
 * DynamoDB's expressions, as far as the ledger and the quota write them: comparisons, existence,
 * begins_with, AND, OR, parentheses; SET with sums, REMOVE, ADD. Throws for anything else.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
 */
export function holds(expression: string, item: Item, bindings: Bindings): boolean {
  return cached(conditions, expression, parseCondition)(item, bindings);
}

/** The item after an update; the one before stays as it is. */
export function updated(expression: string, item: Item, bindings: Bindings): Item {
  const next: Record<string, unknown> = { ...item };
  for (const change of cached(updates, expression, parseUpdate)) change(item, next, bindings);
  return next;
}

const conditions = new Map<string, Test>();
const updates = new Map<string, readonly Change[]>();

function cached<Parsed>(
  cache: Map<string, Parsed>,
  expression: string,
  parse: (tokens: Tokens) => Parsed,
): Parsed {
  const known = cache.get(expression);
  if (known !== undefined) return known;
  const tokens = tokensOf(expression);
  const parsed = parse(tokens);
  if (tokens.peek() !== undefined) throw new Error(`not understood: ${expression}`);
  cache.set(expression, parsed);
  return parsed;
}

type Tokens = { peek(): string | undefined; next(): string; skip(token: string): boolean };

function tokensOf(expression: string): Tokens {
  const tokens = expression.match(/<=|>=|[<>=(),+]|[#:\w.]+/g) ?? [];
  let at = 0;
  const next = () => {
    const token = tokens[at];
    if (token === undefined) throw new Error(`ends too early: ${expression}`);
    at += 1;
    return token;
  };
  return {
    peek: () => tokens[at],
    next,
    skip(token) {
      if (tokens[at] !== token) return false;
      at += 1;
      return true;
    },
  };
}

function parseCondition(tokens: Tokens): Test {
  let test = parseAnd(tokens);
  while (tokens.skip("OR")) {
    const [left, right] = [test, parseAnd(tokens)];
    test = (item, bindings) => left(item, bindings) || right(item, bindings);
  }
  return test;
}

function parseAnd(tokens: Tokens): Test {
  let test = parseClause(tokens);
  while (tokens.skip("AND")) {
    const [left, right] = [test, parseClause(tokens)];
    test = (item, bindings) => left(item, bindings) && right(item, bindings);
  }
  return test;
}

function parseClause(tokens: Tokens): Test {
  if (tokens.skip("(")) {
    const inner = parseCondition(tokens);
    expect(tokens, ")");
    return inner;
  }
  const first = tokens.next();
  if (tokens.skip("(")) {
    const found = parseOperand(tokens.next());
    const start = tokens.skip(",") ? parseOperand(tokens.next()) : undefined;
    expect(tokens, ")");
    return testOf(first, found, start);
  }
  const left = parseOperand(first);
  const operator = tokens.next();
  const right = parseOperand(tokens.next());
  return (item, bindings) => compare(operator, left(item, bindings), right(item, bindings));
}

function testOf(name: string, found: Value, start: Value | undefined): Test {
  switch (name) {
    case "attribute_exists":
      return (item, bindings) => found(item, bindings) !== undefined;
    case "attribute_not_exists":
      return (item, bindings) => found(item, bindings) === undefined;
    case "begins_with":
      return (item, bindings) =>
        String(found(item, bindings)).startsWith(String(start?.(item, bindings)));
    default:
      throw new Error(`there is no ${name} here`);
  }
}

/** A comparison with what is absent is false. */
function compare(operator: string, left: unknown, right: unknown): boolean {
  if (operator === "=") return left !== undefined && left === right;
  if (typeof left !== "number" || typeof right !== "number") return false;
  switch (operator) {
    case "<":
      return left < right;
    case "<=":
      return left <= right;
    case ">":
      return left > right;
    case ">=":
      return left >= right;
    default:
      throw new Error(`there is no ${operator} here`);
  }
}

function parseUpdate(tokens: Tokens): readonly Change[] {
  const changes: Change[] = [];
  while (tokens.peek() !== undefined) {
    const parse = clauses[tokens.next()];
    if (parse === undefined) throw new Error("an update sets, removes or adds");
    do changes.push(parse(tokens));
    while (tokens.skip(","));
  }
  return changes;
}

const clauses: Readonly<Record<string, (tokens: Tokens) => Change>> = {
  SET(tokens) {
    const path = tokens.next();
    expect(tokens, "=");
    const left = parseOperand(tokens.next());
    const right = tokens.skip("+") ? parseOperand(tokens.next()) : undefined;
    return (before, next, bindings) => {
      const value = left(before, bindings);
      const sum = right === undefined ? value : Number(value) + Number(right(before, bindings));
      put(next, pathOf(path, bindings), sum);
    };
  },
  REMOVE(tokens) {
    const path = tokens.next();
    return (_, next, bindings) => {
      delete next[pathOf(path, bindings).join(".")];
    };
  },
  ADD(tokens) {
    const path = tokens.next();
    const [known, more] = [parseOperand(path), parseOperand(tokens.next())];
    return (before, next, bindings) => {
      const sum = Number(known(before, bindings) ?? 0) + Number(more(before, bindings));
      put(next, pathOf(path, bindings), sum);
    };
  },
};

function parseOperand(token: string): Value {
  if (token.startsWith(":")) {
    return (_, { ExpressionAttributeValues: values }) => {
      const value = values?.[token];
      if (value === undefined) throw new Error(`${token} has no value`);
      return value;
    };
  }
  return (item, bindings) =>
    pathOf(token, bindings).reduce<unknown>(
      (found, name) => (isMap(found) ? found[name] : undefined),
      item,
    );
}

function isMap(value: unknown): value is Item {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function pathOf(path: string, { ExpressionAttributeNames: names }: Bindings): readonly string[] {
  return path.split(".").map((part) => (part.startsWith("#") ? (names?.[part] ?? part) : part));
}

/** Maps on the way are copied: the item before keeps its own. */
function put(
  next: Record<string, unknown>,
  [name = "", ...inner]: readonly string[],
  value: unknown,
) {
  if (inner.length === 0) {
    next[name] = value;
    return;
  }
  const known = next[name];
  if (!isMap(known)) throw new Error(`${name} is no map`);
  const map = { ...known };
  put(map, inner, value);
  next[name] = map;
}

function expect(tokens: Tokens, token: string): void {
  if (!tokens.skip(token)) throw new Error(`${token} is missing before ${tokens.peek()}`);
}
