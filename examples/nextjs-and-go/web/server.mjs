// The front end: pages and sign-in, by Auth.js on Express. Sessions are in
// PostgreSQL, where the Go side finds them.
import { ExpressAuth, getSession } from "@auth/express";
import PostgresAdapter from "@auth/pg-adapter";
import express from "express";
import pg from "pg";

const { PORT, DATABASE_URL, ISSUER } = process.env;

const config = {
  basePath: "/api/auth", // as in Next.js
  adapter: PostgresAdapter(new pg.Pool({ connectionString: DATABASE_URL })),
  session: { strategy: "database" },
  providers: [{ id: "village", name: "Village", type: "oidc", issuer: ISSUER, clientId: "example", clientSecret: "example-secret" }],
  trustHost: true,
};

const escaped = (text) => text.replace(/[&<>"']/g, (c) => `&#${c.codePointAt(0)};`);

const page = (session) => `<!doctype html>
<title>Auth.js and Go</title>
<h1>${session ? `Signed in as ${escaped(session.user.name)}` : "Signed out"}</h1>
<p><a href="/api/auth/${session ? "signout" : "signin"}">${session ? "Sign out" : "Sign in"}</a>
<p>The Go API says: <output id="go">…</output>
<p><button id="everywhere">Sign out everywhere, by Go</button>
<script>
  const go = document.querySelector("#go");
  const ask = async () => {
    const answer = await fetch("/go/me");
    go.textContent = answer.status + " " + (await answer.text()).trim();
  };
  document.querySelector("#everywhere").onclick = async () => {
    const { csrfToken } = await (await fetch("/api/auth/csrf")).json();
    await fetch("/go/sessions", { method: "DELETE", headers: { "X-CSRF-Token": csrfToken } });
    location.reload();
  };
  ask();
</script>
`;

const app = express();
app.set("trust proxy", true);
app.use("/api/auth", ExpressAuth(config));
app.get("/", async (request, response) => response.send(page(await getSession(request, config))));
app.listen(PORT, "127.0.0.1", () => console.log("ready"));
