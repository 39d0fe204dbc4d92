/*
 * A post as somebody writes it, in Chromium: counts while typing, drafts that keep themselves, a house that cannot be
 * reached, somebody else at the same post, a picture, two clicks; and all of it without JavaScript.
 * node test/e2e/compose.mjs PROGRAM     PROGRAM = build/…/src/cli/propre
 */
import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { check, finish, judge, listen, load_tools, LOOKS, open_browser, screens, skip, step } from "./browser.mjs";

const START_MAX_MS = 30_000; // building the schema on a busy machine
const PAGE_MAX_MS = 60_000; // a busy machine
const PASSWORD = "quatre mots à la suite";
const PICTURE = Buffer.from("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7", "base64"); // one pixel

const [program] = process.argv.slice(2);
if (!program || !existsSync(program)) skip(`the program is not built (${program ?? "no argument"})`);
const tools = await load_tools();
const folder = mkdtempSync(join(tmpdir(), "propre-compose-"));
const data = join(folder, "compose.propre");
const environment = { ...process.env, LANG: "en_GB.UTF-8", LC_ALL: "C.UTF-8" };

const server = spawn(program, ["serve", "--data", data, "--port", "0"], { stdio: ["ignore", "pipe", "pipe"], env: environment });
const logged = [];
server.stderr.on("data", (text) => logged.push(String(text)));
let printed = "";
server.stdout.on("data", (text) => (printed += text));
const link = await new Promise((resolve) => {
  const end = Date.now() + START_MAX_MS;
  const look = () => {
    const found = printed.match(/https?:\/\/127\.0\.0\.1:\d+\/link\/[^\s"’”»]+/);
    if (found || Date.now() > end || server.exitCode !== null) return resolve(found?.[0]);
    setTimeout(look, 50);
  };
  look();
});
const stop = async () => {
  if (server.exitCode !== null) return;
  const gone = new Promise((resolve) => server.once("exit", resolve));
  server.kill("SIGTERM");
  await gone;
};
if (!check("serve prints the one-time link", link ? [] : [printed])) {
  await stop();
  finish();
  process.exit(1);
}
const origin = new URL(link).origin;
for (const [name, network] of [["Our toots", "mastodon"], ["The journal", "wordpress"]])
  execFileSync(program, ["channel", "add", name, "--network", network, "--handle", name, "--data", data], { env: environment });

const { browser, close } = await open_browser(tools);
const context = await browser.newContext({ viewport: LOOKS[0], locale: "en-GB", reducedMotion: "reduce" });
context.setDefaultTimeout(PAGE_MAX_MS);
const page = await context.newPage();
const console_of = listen(page);
const shot = (name) => page.screenshot({ path: join(screens, `compose-${name}.png`), fullPage: true });
const sees = (text, on = page) => on.getByText(text).first().waitFor();
const refusal = (line) => !/\b4\d\d\b|ERR_FAILED/.test(line); // a refusal's own status is no fault
const text = page.locator("#text");

await step("an owner comes in", async () => {
  await page.goto(link);
  await page.getByRole("button", { name: "Come in" }).click();
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByLabel("The same again").fill(PASSWORD);
  await page.getByRole("button", { name: "Keep this password" }).click();
  await page.getByRole("link", { name: "Compose" }).click();
  await page.getByRole("heading", { name: "Write a post" }).waitFor();
  return console_of.take();
});
await step("each channel counts in its own way while one types", async () => {
  await page.getByRole("checkbox", { name: "Our toots" }).check();
  await page.getByRole("checkbox", { name: "The journal" }).check();
  await text.fill("See https://example.org/a/very/long/address/indeed");
  await sees("27 of 500 characters");
  await text.fill("a".repeat(501));
  await sees("501 of 500 characters");
  await sees("The text is 501 characters long; at most 500 are taken");
  await shot("counts");
  return [...console_of.take(), ...(await judge(page, tools.axe, {}))];
});
await step("the draft keeps itself and has an address of its own", async () => {
  await text.fill("Good morning");
  await sees(/^Draft kept at/);
  await page.waitForURL(/\/message\/1$/);
  const other = await context.newPage();
  await other.goto(`${origin}/message/1`);
  const kept = await other.locator("#text").inputValue();
  await other.close();
  return [...console_of.take(), ...(/Good morning|aaa/.test(kept) ? [] : [`kept: ${kept}`])];
});
await step("what is typed while the house cannot be reached comes back", async () => {
  await page.route("**/draft", (route) => route.abort());
  await text.fill("Written in a tunnel");
  await sees(/^Not kept/);
  await page.unroute("**/draft");
  await page.goto(`${origin}/message/1`);
  const before = await text.inputValue();
  await page.getByRole("button", { name: "Bring it back" }).click();
  const after = await text.inputValue();
  await sees(/^Draft kept at/);
  return [...console_of.take().filter(refusal), ...(before !== after && after === "Written in a tunnel" ? [] : [`${before} / ${after}`])];
});
await step("nobody overwrites what another wrote meanwhile", async () => {
  const other = await context.newPage();
  await other.goto(`${origin}/message/1`);
  await other.locator("#text").fill("Theirs");
  await sees(/^Draft kept at/, other);
  await text.fill("Mine");
  await sees(/^Somebody changed this post meanwhile/);
  await other.goto(`${origin}/message/1`);
  const kept = await other.locator("#text").inputValue();
  await other.close();
  return [...console_of.take().filter(refusal), ...(kept === "Theirs" ? [] : [`kept: ${kept}`])];
});
await step("a picture is there as soon as it is chosen, with everything typed", async () => {
  await page.goto(`${origin}/compose`);
  await page.getByRole("checkbox", { name: "Our toots" }).check();
  await text.fill("With a picture");
  const file = join(folder, "dot.gif");
  writeFileSync(file, PICTURE);
  await page.locator("#file").setInputFiles(file);
  await page.locator(".thumbs img").waitFor();
  const size = await page.locator(".thumbs img").evaluate(async (img) => (await img.decode(), img.naturalWidth));
  await sees("dot.gif has no description: who cannot see it will miss it");
  const typed = await text.inputValue();
  await shot("picture");
  return [...console_of.take(), ...(size === 1 && typed === "With a picture" ? [] : [`${size} ${typed}`]), ...(await judge(page, tools.axe, {}))];
});
await step("the button says what it does, and two clicks plan one post", async () => {
  await page.locator("#day").fill("2031-03-01");
  await page.locator("#time").fill("09:30");
  const button = page.locator("[data-send]");
  const label = await button.innerText();
  await button.dblclick();
  await sees(/^It goes out: Our toots: 1 Mar 2031, 09:30/);
  await shot("planned");
  const rows = await page.locator("table tbody tr").count();
  return [...console_of.take(), ...(label === "Schedule post" && rows === 1 ? [] : [`${label}, ${rows}`]), ...(await judge(page, tools.axe, {}))];
});

await step("all of it works without JavaScript", async () => {
  const plain = await browser.newContext({ viewport: LOOKS[1] ?? LOOKS[0], locale: "en-GB", javaScriptEnabled: false, storageState: await context.storageState() });
  const bare = await plain.newPage();
  await bare.goto(`${origin}/compose`);
  await bare.getByRole("checkbox", { name: "The journal" }).check();
  await bare.locator("#text").fill("By hand");
  await bare.locator("#when-at").check();
  await bare.getByRole("button", { name: "Save post" }).click();
  await sees("Say the day and the hour.", bare);
  await bare.screenshot({ path: join(screens, "compose-plain.png"), fullPage: true });
  const typed = await bare.locator("#text").inputValue();
  await bare.locator("#day").fill("2031-03-02");
  await bare.locator("#time").fill("10:00");
  await bare.getByRole("button", { name: "Check", exact: true }).last().click();
  await sees("Nothing stands against sending it", bare);
  await bare.getByRole("button", { name: "Save post" }).click();
  await sees(/^It goes out: The journal: 2 Mar 2031, 10:00/, bare);
  await plain.close();
  return typed === "By hand" ? [] : [typed];
});

check("the house runs to the end", server.exitCode === null && server.signalCode === null ? [] : logged.slice(-5));
await close();
await stop();
rmSync(folder, { recursive: true, force: true });
finish();
