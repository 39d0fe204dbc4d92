/*
 * The program as a person meets it, in Chromium: first start by the one-time link, a password, the demo
 * data and what they say, a file of one's own (dry run, apply, undo), the other language, signing out.
 * node test/e2e/app.mjs PROGRAM     PROGRAM = build/…/src/cli/propre
 * Asserts on what can be read; nothing on the console; no axe violation on any page in either language,
 * scheme and width; reading without JavaScript. Screenshots are kept in build/screens.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { axe_problems, bring_axe, check, finish, judge, listen, load_tools, LOOKS, open_browser, SCHEMES, screens, skip, step } from "./browser.mjs";

const START_MAX_MS = 30_000; // building the schema on a busy machine
const PAGE_MAX_MS = 30_000;
const COMPUTE_MAX_MS = 600_000; // four chains on 500 posts, under a sanitizer and beside other tests
const PASSWORD = "quatre mots à la suite";

const [program] = process.argv.slice(2);
if (!program || !existsSync(program)) skip(`the program is not built (${program ?? "no argument"})`);
const tools = await load_tools();
const folder = mkdtempSync(join(tmpdir(), "propre-e2e-"));

/* ---- the program ---- */

const server = spawn(program, ["serve", "--data", join(folder, "e2e.propre"), "--port", "0"], {
  stdio: ["ignore", "pipe", "pipe"],
  env: { ...process.env, LANG: "en_GB.UTF-8", LC_ALL: "C.UTF-8" },
});
const logged = [];
let printed = "";
server.stdout.on("data", (data) => (printed += data));
server.stderr.on("data", (data) => logged.push(...String(data).split("\n").filter(Boolean)));
const stop = async () => {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const gone = new Promise((resolve) => server.once("exit", resolve));
  server.kill("SIGTERM");
  await Promise.race([gone, new Promise((resolve) => setTimeout(resolve, 10_000))]);
  if (server.exitCode === null && server.signalCode === null) server.kill("SIGKILL");
};
const started = await new Promise((resolve) => {
  const end = Date.now() + START_MAX_MS;
  const look = () => {
    const link = printed.match(/https?:\/\/127\.0\.0\.1:\d+\/link\/[^\s"’”»]+/);
    if (link) return resolve({ link: link[0], origin: new URL(link[0]).origin });
    if (Date.now() > end || server.exitCode !== null) return resolve(null);
    setTimeout(look, 50);
  };
  look();
});
if (!check("serve prints its address and the one-time link", started ? [] : [`printed: ${printed}`, ...logged.slice(-5)])) {
  await stop();
  finish();
  process.exit(1);
}
const { link, origin } = started;

/* ---- the reader ---- */

const { browser, close } = await open_browser(tools);
const context = await browser.newContext({ viewport: LOOKS[0], locale: "en-GB", reducedMotion: "reduce" });
context.setDefaultTimeout(PAGE_MAX_MS);
const page = await context.newPage();
const console_of = listen(page);
const shot = (name) => page.screenshot({ path: join(screens, `${name}.png`), fullPage: true });
const sees = async (text, timeout = PAGE_MAX_MS) => {
  await page.getByText(text).first().waitFor({ timeout });
  return [];
};
const press = (name) => page.getByRole("button", { name, exact: true }).first().click();

/* ---- first start ---- */

await step("without signing in every page leads to the door", async () => {
  await page.goto(`${origin}/learning`);
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  return console_of.take();
});
await step("the one-time link lets the owner in, by a button", async () => {
  await page.goto(link);
  await shot("01-link");
  await press("Come in");
  await page.getByRole("heading", { name: "Choose a password" }).waitFor();
  return console_of.take();
});
await step("two different passwords are refused with the reason", async () => {
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByLabel("The same again").fill("something else entirely");
  await press("Keep this password");
  await page.locator(".wrong").first().waitFor();
  await shot("02-password");
  return console_of.take().filter((line) => !/\b4\d\d\b/.test(line)); // the refusal's own status
});
await step("a password is chosen and Today teaches", async () => {
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByLabel("The same again").fill(PASSWORD);
  await press("Keep this password");
  await page.getByRole("heading", { name: "Today", level: 1 }).waitFor();
  await sees("which tactics work, and how sure that is");
  await shot("03-today-empty");
  return console_of.take();
});
await step("the link works once only", async () => {
  const other = await browser.newContext();
  const visitor = await other.newPage();
  await visitor.goto(link);
  const text = await visitor.locator("main").innerText();
  await other.close();
  return /has been used|déjà servi/.test(text) ? [] : [text];
});

/* ---- the demo data and what they say ---- */

await step("the demo data come with one press", async () => {
  await press("Look around with demo data");
  await page.getByRole("link", { name: /^500 posts$/ }).first().waitFor({ timeout: 120_000 });
  return console_of.take();
});
await step("Today says what the posts say, as a preview at once", async () => {
  await page.goto(`${origin}/`);
  await page.locator(".finding").first().waitFor({ timeout: 120_000 });
  await shot("04-today");
  const sentences = await page.locator(".finding .says").allInnerTexts();
  return [
    ...console_of.take(),
    ...(sentences.some((s) => /photos/i.test(s) && /interactions/.test(s)) ? [] : [`no sentence on photos: ${sentences.join(" | ")}`]),
    ...(sentences.some((s) => /cannot be told yet/.test(s)) ? [] : [`nothing that cannot be told: ${sentences.join(" | ")}`]),
  ];
});
await step("each sentence has its evidence one click away", async () => {
  await page.locator(".finding summary").first().click();
  const evidence = await page.locator(".finding details[open] p").first().innerText();
  return /×\s*\d.*90%.*based on \d+ and \d+ posts/.test(evidence) ? [] : [evidence];
});
/* While something computes, a page reads itself again when that ends: under the eyes of who judges it. */
const computed = async () => {
  const end = Date.now() + COMPUTE_MAX_MS;
  while (Date.now() < end) {
    try {
      await page.goto(`${origin}/learning`);
    } catch (error) {
      if (!/interrupted by another navigation/.test(String(error))) throw error;
      continue;
    }
    if (!(await page.locator("[data-progress]").count()) && !(await page.getByText("This is a preview").count())) break;
    await new Promise((resolve) => setTimeout(resolve, 2000));
  }
};
await step("the full computation ends and settles", async () => {
  await computed();
  await shot("05-learning");
  const text = await page.locator("main").innerText();
  return [
    ...console_of.take(),
    ...(/at work|preview|did not settle/.test(text.split("\n").slice(0, 12).join(" ")) ? [`not settled: ${text.slice(0, 300)}`] : []),
  ];
});
await step("Learning: findings, pictures, verdicts in fixed words, diagnostics", async () => {
  const problems = [];
  const pictures = await page.locator(".factor .canvas svg").count();
  const factors = await page.locator(".factor").count();
  if (factors < 3 || pictures !== factors) problems.push(`${factors} factors, ${pictures} pictures`);
  const format = page.locator("#format");
  const title = await format.getByRole("heading").first().innerText();
  if (!/^Photos (probably )?bring about .* for the same reach\.$/.test(title)) problems.push(title);
  const verdicts = new Set(await page.locator(".factor .verdict").allTextContents());
  for (const verdict of verdicts) if (!["clear", "leaning", "cannot tell yet"].includes(verdict)) problems.push(`verdict “${verdict}”`);
  if (!verdicts.has("clear") || !verdicts.has("cannot tell yet")) problems.push([...verdicts].join(", "));
  await format.getByText("Every pair in a table").click();
  const table = await format.locator("table.contrasts").innerText();
  if (!/Photo against Status post/.test(table)) problems.push(table.slice(0, 200));
  const times = table.match(/Photo against Status post\s+×\s*([\d.]+)/)?.[1];
  if (!(times > 1.7 && times < 2.6)) problems.push(`photo against status: × ${times}, the reference says 2.1`);
  await page.getByText("Model, seed and diagnostics").click();
  const details = await page.locator(".method").innerText();
  for (const word of [/R-hat/, /Seed/, /Fingerprint/]) if (!word.test(details)) problems.push(`no ${word} in the details`);
  return [...problems, ...console_of.take()];
});
await step("Results: posts, filter, sort, one post", async () => {
  await page.getByRole("link", { name: "Results" }).first().click();
  await page.getByRole("heading", { name: /Posts 1 to \d+ of 500/ }).waitFor();
  await shot("06-results");
  const problems = [];
  if ((await page.locator(".picture svg").count()) === 0) problems.push("no picture");
  await page.getByLabel("Format").selectOption({ label: "Video" });
  await press("Filter posts");
  await page.getByRole("heading", { name: /Posts 1 to 7 of 7/ }).waitFor();
  await page.getByRole("link", { name: "Reach" }).first().click();
  await page.locator("th[aria-sort=descending], th[aria-sort=ascending]").first().waitFor();
  if (!/of 7/.test(await page.getByRole("heading", { name: /^Posts/ }).innerText())) problems.push("sorting lost the filter");
  await page.locator("table.posts tbody th a").first().click();
  await page.getByRole("heading", { name: "What it brought" }).waitFor();
  await shot("07-post");
  return [...problems, ...console_of.take()];
});

/* ---- a file of one's own ---- */

const HEADER = "Page total likes;Type;Category;Post Month;Post Weekday;Post Hour;Paid;Lifetime Post Total Reach;Lifetime Post Total Impressions;Lifetime Engaged Users;Lifetime Post Consumers;Lifetime Post Consumptions;Lifetime Post Impressions by people who have liked your Page;Lifetime Post reach by people who like your Page;Lifetime People who have liked your Page and engaged with your post;comment;like;share;Total Interactions";
const row = (month, reach, paid = "0", comment = "5") =>
  `139000;Photo;2;${month};4;3;${paid};${reach};5091;178;109;159;3078;1640;119;${comment};79;17;100`;
const own = join(folder, "own.csv");
writeFileSync(own, [HEADER, ...Array.from({ length: 9 }, (_, i) => row(1 + i, 1000 + i)), row(10, 2000, ""), row(13, 3000), row(11, 4000, "0", "-4")].join("\n") + "\n");

const upload = async (file) => {
  await page.goto(`${origin}/import`);
  await page.getByLabel("A file with your results").setInputFiles(file);
  await press("Check the file");
};
await step("a file is checked before anything is written", async () => {
  await upload(own);
  await sees("Nothing is written yet");
  await shot("08-dry-run");
  const text = await page.locator("main").innerText();
  const problems = [];
  for (const word of [/13/, /-4/, /refused/i, /Import 10 posts/]) if (!word.test(text)) problems.push(`the dry run does not say ${word}`);
  await page.goto(`${origin}/results`);
  if (!(await page.getByRole("heading", { name: /of 500/ }).count())) problems.push("posts were written by the dry run");
  await page.goBack();
  return [...problems, ...console_of.take()];
});
await step("it is applied, and said so", async () => {
  await press("Import 10 posts");
  await sees("10 posts were added");
  await shot("09-applied");
  await page.goto(`${origin}/`);
  await page.getByRole("link", { name: /^510 posts$/ }).first().waitFor();
  return console_of.take();
});
await step("Today says that what was found is older than the data, unless it is computed anew already", async () => {
  const text = await page.locator("main").innerText();
  await shot("10-stale");
  if (/stale|at work|preview/.test(text)) return [];
  await page.goto(`${origin}/learning`);
  const found = await page.locator("main").innerText();
  return /\b510\b/.test(found) ? [] : [text.slice(0, 400)];
});
await step("it is undone whole", async () => {
  await page.goto(`${origin}/import`);
  await page.getByRole("button", { name: "Undo import of own.csv" }).click();
  await sees(/undone/);
  await page.goto(`${origin}/`);
  await page.getByRole("link", { name: /^500 posts$/ }).first().waitFor();
  return console_of.take();
});
await step("a file that is no table is refused with what to do", async () => {
  const binary = join(folder, "photo.csv");
  writeFileSync(binary, Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 1, 2, 3, 0xff, 0xfe, 0, 0]));
  await upload(binary);
  await page.locator(".wrong, .flash.bad").first().waitFor();
  await shot("11-refused");
  return console_of.take().filter((line) => !/\b4\d\d\b/.test(line));
});
await step("markup in a file is shown as text", async () => {
  const hostile = join(folder, "hostile.csv");
  writeFileSync(hostile, "Datum,Botschaft,Reichweite\n2026-11-01,<script>document.title='taken'</script><img src=x onerror=alert(1)>,100\n2026-11-02,=cmd|'/C calc'!A0,200\n");
  await upload(hostile);
  await page.getByRole("heading", { name: "Say what its columns mean" }).waitFor();
  await shot("12-mapping");
  return [...((await page.title()).includes("taken") ? ["a script ran"] : []), ...console_of.take()];
});

/* ---- every page, both languages, looked at and judged ---- */

const PAGES = ["/", "/results", "/learning", "/import", "/settings", "/results?q=nothing-has-this-text", "/no-such-page", "/compose", "/queue", "/channels", "/slots", "/repeats", "/settings/notices"];
const language = async (lang) => {
  await page.goto(`${origin}/`);
  if ((await page.locator("html").getAttribute("lang")) === lang) return;
  await press(lang === "fr" ? "Français" : "English");
  await page.locator(`html[lang=${lang}]`).waitFor();
};
await step("what was found follows the data back", async () => {
  await computed();
  const text = await page.locator("main").innerText();
  return /stale|\b510\b/.test(text) ? [text.slice(0, 300)] : console_of.take();
});
for (const lang of ["en", "fr"]) {
  await step(`the language is ${lang}`, async () => {
    await language(lang);
    return sees(lang === "fr" ? "Aujourd’hui" : "Today");
  });
  const state = await context.storageState();
  /* each in one look: pages.mjs has the others, with data of all kinds */
  for (const look of [lang === "fr" ? LOOKS[1] : LOOKS[0]]) {
    const context_of_look = await browser.newContext({ viewport: look, storageState: state, reducedMotion: "reduce", locale: lang });
    await bring_axe(context_of_look, tools.axe);
    const reader = await context_of_look.newPage();
    const heard = listen(reader);
    for (const path of PAGES) {
      const seen = {};
      for (const colorScheme of [lang === "fr" ? SCHEMES[1] : SCHEMES[0]]) {
        await step(`${path} in ${lang}, ${look.name}, ${colorScheme}`, async () => {
          await reader.emulateMedia({ colorScheme });
          if (!seen.form) await reader.goto(origin + path);
          const name = path.replace(/\W+/g, "-").replace(/^-|-$/g, "") || "today";
          await reader.screenshot({ path: join(screens, `all-${name}.${lang}.${look.name}.${colorScheme}.png`), fullPage: true });
          const problems = await judge(reader, tools.axe, seen);
          const said = heard.take().filter((line) => !(path === "/no-such-page" && /404/.test(line)));
          return [...said, ...problems];
        });
      }
    }
    await context_of_look.close();
  }
}
await step("no English is left on the French pages", async () => {
  const problems = [];
  for (const path of PAGES) {
    await page.goto(origin + path);
    const text = await page.locator("body").innerText();
    for (const word of [" the ", " with ", " posts", "cannot", " of your ", " is not "]) if (text.includes(word)) problems.push(`${path} says “${word}”`);
  }
  console_of.take();
  return problems;
});

/* ---- without JavaScript ---- */

await step("everything can be read without JavaScript, and the filter works", async () => {
  const plain = await browser.newContext({ viewport: LOOKS[0], javaScriptEnabled: false, storageState: await context.storageState() });
  const reader = await plain.newPage();
  const problems = [];
  await reader.goto(`${origin}/learning`);
  const tables = await reader.locator(".factor table.contrasts").all();
  if (tables.length === 0) problems.push("no table on Learning");
  for (const table of tables) if (!(await table.isVisible())) problems.push("a table is hidden");
  await reader.screenshot({ path: join(screens, "13-learning-plain.png"), fullPage: true });
  await reader.goto(`${origin}/results`);
  await reader.locator("#format").selectOption("video");
  await reader.locator(".filters button").click();
  if (!/7/.test(await reader.locator("#posts-title").innerText())) problems.push("the filter did nothing");
  await plain.close();
  return problems;
});

/* ---- leaving and coming back ---- */

await step("signing out closes the door; the password opens it again", async () => {
  await language("en");
  await press("Sign out");
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
  const problems = [];
  await page.getByLabel("Name", { exact: true }).fill("nobody");
  await page.getByLabel("Password", { exact: true }).fill("not this one at all");
  await press("Sign in");
  await page.locator(".flash.bad").waitFor();
  await shot("14-sign-in");
  return [...problems, ...(await axe_problems(page, tools.axe)), ...console_of.take().filter((line) => !/\b4\d\d\b/.test(line))];
});

await close();
await stop();
check("the program wrote no fault to its log", logged.filter((line) => /level=(error|fault)|AddressSanitizer|runtime error|assert/i.test(line)).slice(0, 10));
rmSync(folder, { recursive: true, force: true });
finish();
