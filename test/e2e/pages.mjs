/*
 * Every page with made-up data (test/web/sample.c), in Chromium, under the policy that the server sends:
 * node test/e2e/pages.mjs PROGRAM [NAME…]   PROGRAM = build/…/test/web/test_web_pages
 * Asserts: nothing on the console, no axe violation, nothing wider than the window, pictures drawn, type and targets
 * of the sizes wanted, and without JavaScript their tables readable.
 */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { basename, extname, join } from "node:path";
import { bring_axe, check, finish, judge, listen, load_tools, LOOKS, open_browser, overflow_problems, SCHEMES, screens, skip, step } from "./browser.mjs";

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; " +
  "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
const MIME = { ".html": "text/html; charset=utf-8", ".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml" };

const [program, ...wanted] = process.argv.slice(2);
if (!program || !existsSync(program)) skip(`the program that writes the pages is not built (${program ?? "no argument"})`);
const tools = await load_tools();
const folder = mkdtempSync(join(tmpdir(), "propre-pages-"));
execFileSync(program, [folder]);

/* Assets are asked for as /asset/HASH/NAME, a running computation as /learning/progress. */
const server = createServer((request, response) => {
  const path = new URL(request.url, "http://localhost").pathname;
  if (path === "/learning/progress") {
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ running: true, progress: 44, text: "…" }));
    return;
  }
  if (/^\/channel\/[0-9]+\/answer$/.test(path)) {
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ waiting: true }));
    return;
  }
  if (/^\/media\/\d+\/picture$/.test(path)) {
    response.writeHead(200, { "content-type": "image/svg+xml" });
    response.end(readFileSync(join(folder, "propre.svg")));
    return;
  }
  const file = join(folder, basename(path));
  if (!existsSync(file) || basename(path) === "") {
    response.writeHead(404);
    response.end();
    return;
  }
  const kept = path.startsWith("/asset/") ? { "cache-control": "public, max-age=31536000, immutable" } : {}; // as the server says
  response.writeHead(200, { "content-type": MIME[extname(file)] ?? "application/octet-stream", "content-security-policy": POLICY, ...kept });
  response.end(readFileSync(file));
});
await new Promise((ready) => server.listen(0, "127.0.0.1", ready));
const origin = `http://127.0.0.1:${server.address().port}`;

const names = readdirSync(folder).filter((name) => name.endsWith(".html")).map((name) => name.slice(0, -5)).sort()
  .filter((name) => wanted.length === 0 || wanted.some((want) => name.startsWith(want)));
const { browser, close } = await open_browser(tools);
const devices_of = ({ width, height }) => ({ viewport: { width, height } });
const shots = join(screens, "pages");
mkdirSync(shots, { recursive: true });
/* A picture of a whole page costs as much as judging it: for whoever asked to look. */
const shot = async (page, name) => {
  if (process.env.PROPRE_LOOK) await page.screenshot({ path: join(shots, `${name}.png`), fullPage: true });
};

/*
 * Every page in English wide and light, in French narrow and dark: what is too wide shows in any colour and soonest
 * in French, a faint colour at any width. PROPRE_LOOK=all: each language at each width in each scheme, to be looked at;
 * quick: one look, for whoever is changing a page. With either, pictures of what was judged are kept in build/screens/pages.
 */
const [wide, narrow] = LOOKS;
const [light, dark] = SCHEMES;
const usual = [[wide, [light], ".en"], [narrow, [dark], ".fr"]];
const looks = { quick: [[wide, [light], ""]], all: LOOKS.map((look) => [look, SCHEMES, ""]) }[process.env.PROPRE_LOOK] ?? usual;
for (const [look, schemes, lang] of looks) {
  const context = await browser.newContext({ viewport: { width: look.width, height: look.height }, reducedMotion: "reduce" });
  await bring_axe(context, tools.axe);
  const page = await context.newPage();
  const console_of = listen(page);
  for (const name of names.filter((one) => one.endsWith(lang))) {
    const seen = {};
    for (const colorScheme of schemes) {
      await step(`${name}, ${look.name}, ${colorScheme}`, async () => {
        await page.emulateMedia({ colorScheme }); // the scheme changes under an open page, as at nightfall
        if (!seen.form) await page.goto(`${origin}/${name}.html`);
        const undrawn = await page.evaluate(() =>
          [...document.querySelectorAll(".picture")].filter((p) => !p.querySelector("svg")).map((p) => `picture not drawn: ${p.dataset.picture}`)
        );
        await shot(page, `${name}.${look.name}.${colorScheme}`);
        const problems = await judge(page, tools.axe, seen);
        return [...console_of.take(), ...undrawn, ...problems];
      });
    }
  }
  await context.close();
}

/* Without JavaScript: the sentences, and every table, can be read. */
const plain = await browser.newContext({ viewport: LOOKS[0], javaScriptEnabled: false });
const plain_page = await plain.newPage();
for (const name of names.filter((n) => /^(learning|results)\.(en|fr)$/.test(n))) {
  await plain_page.goto(`${origin}/${name}.html`);
  const tables = await plain_page.locator(".picture table").all();
  const hidden = [];
  for (const [i, table] of tables.entries()) if (!(await table.isVisible())) hidden.push(`table ${i + 1} is hidden`);
  check(`${name} without JavaScript: ${tables.length} tables stand open`, tables.length === 0 ? "no table" : hidden);
  await shot(plain_page, `${name}.plain`);
}
await plain.close();

/* Very narrow, very wide, printed. */
for (const width of [320, 2560]) {
  const context = await browser.newContext({ viewport: { width, height: 800 } });
  const page = await context.newPage();
  for (const name of names.filter((n) => /^(today|learning|results|imports|import-dry)\.fr$/.test(n))) {
    await page.goto(`${origin}/${name}.html`);
    check(`${name} at ${width} px`, await overflow_problems(page));
    await shot(page, `${name}.${width}`);
  }
  await context.close();
}
/* The scale of type, and the room for a finger or a pointer; a word inside a sentence is no target of its own. */
const sizes_of = (least) => {
  const problems = [];
  const scale = { html: 16, body: 15, h1: 28, h2: [13, 15, 17, 21], ".lead": 21, ".eyebrow": 13, "thead th": 13, td: 15, ".plot": 13, button: [13, 15] };
  for (const [selector, wanted] of Object.entries(scale)) {
    for (const element of document.querySelectorAll(selector)) {
      const size = parseFloat(getComputedStyle(element).fontSize);
      if (![wanted].flat().some((one) => Math.abs(one - size) < 0.01)) problems.push(`${selector} is of ${size} px`);
    }
  }
  for (const details of document.querySelectorAll("details")) details.open = true;
  const alone = "button, .button, summary, select, input:not([type=hidden]), .rooms a, .tabs a, .contents a, .actions a, thead a, .row-head a, .page-links a";
  const touched = least > 40 ? ", .back a, .brand a, tbody th a, tbody td a" : "";
  for (const element of document.querySelectorAll(alone + touched)) {
    const aim = element.closest(".tick") ?? element;
    const { width, height } = aim.getBoundingClientRect();
    if (width > 0 && height < least - 0.01) problems.push(`${element.tagName.toLowerCase()} “${element.textContent.trim().slice(0, 30)}” is ${height} px high`);
  }
  return problems;
};
for (const [name, least, of] of [["a finger", 44, { ...devices_of(narrow), hasTouch: true, isMobile: true }], ["a mouse", 32, devices_of(wide)]]) {
  const context = await browser.newContext(of);
  const page = await context.newPage();
  for (const one of names.filter((n) => /^(today|learning|results|post|import-dry|compose|queue|tokens)\.en$/.test(n))) {
    await page.goto(`${origin}/${one}.html`);
    check(`${one}: sizes, and room for ${name}`, await page.evaluate(sizes_of, least));
  }
  await context.close();
}

const print = await browser.newContext({ viewport: LOOKS[0], colorScheme: "dark" });
const print_page = await print.newPage();
await print_page.emulateMedia({ media: "print" });
for (const name of names.filter((n) => /^(today|learning)\.(en|fr)$/.test(n))) {
  await print_page.goto(`${origin}/${name}.html`);
  await shot(print_page, `${name}.print`);
  const colours = await print_page.evaluate(() => [getComputedStyle(document.documentElement).backgroundColor, getComputedStyle(document.querySelector("h1")).color]);
  check(`${name} prints black on white`, colours.join() === "rgb(255, 255, 255),rgb(0, 0, 0)" ? [] : colours.join());
}
await print.close();

await close();
server.close();
rmSync(folder, { recursive: true, force: true });
finish();
