/*
 * A person connects a channel by the button: node oauth.mjs LINK CHANNEL PASSWORD SERVER USER
 * LINK lets the owner in, CHANNEL is its number, PASSWORD the person's own at the network. It presses what a person
 * presses, on our pages and on the network's, and prints a line for each page, then what the channel's page says.
 */
import { createRequire } from "node:module";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const PAGE_MAX_MS = 120_000; // on a busy machine
const [link, channel, password, server, user] = process.argv.slice(2);
const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const { chromium } = createRequire(join(root, "package.json"))("playwright-core");
const origin = new URL(link).origin;
const own = mkdtempSync(join(tmpdir(), "propre-oauth-"));
const context = await chromium.launchPersistentContext(own, {
  executablePath: process.env.CHROMIUM ?? ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium"].find(existsSync),
  args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost"],
  locale: "en-GB",
});
let page;
try {
  context.setDefaultTimeout(PAGE_MAX_MS);
  page = await context.newPage();
  const press = (name) => page.getByRole("button", { name, exact: true }).first().click();
  await page.goto(link);
  await press("Come in");
  await page.getByLabel("Password", { exact: true }).fill("four words in a row");
  await page.getByLabel("The same again").fill("four words in a row");
  await press("Keep this password");
  await page.getByRole("heading", { name: "Today", level: 1 }).waitFor();

  await page.goto(`${origin}/channel/${channel}`);
  const folded = page.locator("details summary", { hasText: "Change the connection" });
  if (await folded.count()) await folded.click();
  await page.locator("input[name=user]").fill(user);
  await page.locator("input[name=server]").fill(server);
  await page.locator("button[formaction$='/authorize']").click();
  const go = page.getByRole("link", { name: "Go and agree" });
  const bad = page.locator(".answer.bad");
  await go.or(bad).first().waitFor();
  if (await bad.count()) throw new Error(`it could not be begun: ${await bad.innerText()}`);
  console.log(`to agree: ${new URL(await go.getAttribute("href")).pathname}`);

  await go.click();
  await page.locator("input[type=password]").fill(password);
  await page.keyboard.press("Enter");
  await page.getByRole("button", { name: /authorize|accept|allow/i }).first().click();
  await page.waitForURL(`${origin}/channel/${channel}/connected*`);
  console.log(`back with: ${[...new URL(page.url()).searchParams.keys()].sort().join(" ")}`);
  await press("Finish connecting");
  const check = page.getByRole("button", { name: "See whose account it is" });
  await check.or(bad).first().waitFor();
  if (await bad.count()) throw new Error(`it could not be finished: ${await bad.innerText()}`);
  await check.click();
  const said = page.getByText("It works: it is the account");
  await said.or(bad).first().waitFor();
  console.log(await page.locator(".answer").innerText());
} catch (error) {
  console.log(`at ${page?.url()}: ${String(error.message ?? error).split("\n")[0]}`);
  console.log((await page?.locator("body").innerText().catch(() => ""))?.slice(0, 600));
  process.exitCode = 1;
} finally {
  await context.close();
  rmSync(own, { recursive: true, force: true });
}
