// What the drivers take for the databases of the tests.

// The parts of a URL like mysql://user:password@127.0.0.1:3306/name.
export function parts(url) {
  const { hostname, port, username, password, pathname } = new URL(url);
  return {
    host: hostname,
    port: Number(port),
    user: decodeURIComponent(username),
    password: decodeURIComponent(password),
    database: pathname.slice(1),
  };
}

// The statements of a file beside this one.
export function statements(text) {
  return text
    .split("\n")
    .filter((line) => !line.startsWith("--"))
    .join("\n")
    .split(/;\s*$/m)
    .map((statement) => statement.trim())
    .filter(Boolean);
}

// Runs the statements one by one, so that a driver that takes one at a time will do.
export async function each(text, run) {
  for (const statement of statements(text)) await run(statement);
}
