// What a person does with the example, in a real browser:
//
//   node browse.mjs URL CHROMIUM [FOLDER]
//
// It prints what there is to see, and fails where something else is. Pictures go
// into the folder.
import { strict as assert } from "node:assert";
import { chromium } from "playwright-core";

const [url, executablePath, folder] = process.argv.slice(2);
const browser = await chromium.launch({
  executablePath,
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-first-run"],
});

let pictures = 0;
async function look(who, page, heading, api) {
  await page.goto(url);
  await page.waitForFunction(() => document.querySelector("#go").textContent !== "…");
  const seen = { heading: await page.textContent("h1"), api: await page.textContent("#go") };
  console.log(`${who} sees “${seen.heading}”. The Go API says: ${seen.api}`);
  if (folder) await page.screenshot({ path: `${folder}/${++pictures}.png` });
  assert.equal(seen.heading, heading);
  assert.match(seen.api, api);
}

async function signIn(page, person) {
  await page.goto(url);
  await page.click("text=Sign in");
  await page.click("button:has-text('Village')");
  await page.click(`button:has-text('${person}')`);
  await page.waitForURL(url + "/");
}

const ada = /^200 {"id":"\d+","name":"Ada Lovelace","email":"ada@example.com"}$/;
const nobody = /^401 {"error":"unauthorized"}$/;
try {
  const laptop = await (await browser.newContext()).newPage();
  const phone = await (await browser.newContext()).newPage();
  const stranger = await (await browser.newContext()).newPage();

  await look("Ada's laptop", laptop, "Signed out", nobody);
  await signIn(laptop, "Ada");
  await look("Ada's laptop", laptop, "Signed in as Ada Lovelace", ada);
  await signIn(phone, "Ada");
  await look("Ada's phone", phone, "Signed in as Ada Lovelace", ada);
  await signIn(stranger, "Grace");
  await look("Grace", stranger, "Signed in as Grace Hopper", /^200 .*"Grace Hopper"/);

  console.log("Ada signs out everywhere, by Go.");
  await laptop.click("#everywhere");
  await laptop.waitForFunction(() => document.querySelector("h1").textContent === "Signed out");
  await look("Ada's laptop", laptop, "Signed out", nobody);
  await look("Ada's phone", phone, "Signed out", nobody);
  await look("Grace", stranger, "Signed in as Grace Hopper", /^200 .*"Grace Hopper"/);

  console.log("Grace signs out, by Auth.js.");
  const cookies = await stranger.context().cookies();
  await stranger.click("text=Sign out");
  await stranger.click("button:has-text('Sign out')");
  await look("Grace", stranger, "Signed out", nobody);
  await stranger.context().addCookies(cookies);
  await look("Who has kept Grace's cookie", stranger, "Signed out", nobody);
} finally {
  await browser.close();
}
