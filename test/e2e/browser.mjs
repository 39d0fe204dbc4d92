/*
 * What the browser tests share: Debian's Chromium through playwright-core, axe-core, a count of what
 * passed, and a loud skip with its reason where one of them is absent.
 */
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
export const screens = process.env.PROPRE_SCREENS ?? join(root, "build", "screens");
/* Debian has Chromium with a window and, at half the work, without; both draw the same. */
const CHROMIUM = process.env.CHROMIUM ?? ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium"].find(existsSync);
const MESSAGES_SHOWN_MAX = 20; // of one failure: more is not read

export const skip = (reason) => {
  console.log(`SKIP browser test: ${reason}`);
  console.log("0 passed, 0 failed");
  process.exit(0);
};

/* TAP on the way, "N passed, N failed" as the last line. */
let passed = 0;
let failed = 0;
export const check = (name, problems) => {
  const list = Array.isArray(problems) ? problems : problems ? [problems] : [];
  if (list.length === 0) {
    passed++;
    console.log(`ok ${passed + failed} - ${name}`);
    return true;
  }
  failed++;
  console.log(`not ok ${passed + failed} - ${name}`);
  list.slice(0, MESSAGES_SHOWN_MAX).forEach((problem) => console.log(`# ${problem}`));
  return false;
};
export const step = async (name, work) => {
  try {
    return check(name, await work());
  } catch (error) {
    return check(name, String(error.stack ?? error).split("\n").slice(0, 6));
  }
};
export const finish = () => {
  console.log(`1..${passed + failed}`);
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
};

export const load_tools = async () => {
  const require = createRequire(join(root, "package.json"));
  if (!CHROMIUM || !existsSync(CHROMIUM)) skip(`${CHROMIUM ?? "Chromium"} is not there (Debian: apt-get install chromium-headless-shell)`);
  try {
    const playwright = require("playwright-core");
    const axe = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");
    return { chromium: playwright.chromium, axe };
  } catch (error) {
    return skip(`node modules are not installed (${error.code ?? error.message}): npm ci --ignore-scripts`);
  }
};

export const open_browser = async ({ chromium }) => {
  mkdirSync(screens, { recursive: true });
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: ["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
           "--disable-background-networking", "--js-flags=--single-threaded", "--disable-component-update", "--disable-sync"],
  });
  return { browser, close: () => browser.close() };
};

/* Collects what the console says; violations of the content security policy arrive there too. */
export const listen = (page) => {
  const said = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") said.push(`console ${message.type()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => said.push(`page error: ${error.message}`));
  return { take: () => said.splice(0, said.length) };
};

/* All pages of that context have axe from the start: half the work, where all of them are judged. */
export const bring_axe = (context, axe) => context.addInitScript(axe);

/* axe's violations, one line each. Runs beside the page's own policy: through the debugger, not a tag. */
const AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const AXE_COLOUR_RULES = { type: "rule", values: ["color-contrast", "link-in-text-block"] };
export const axe_problems = async (page, axe, runOnly = AXE_TAGS) => {
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(axe);
  const found = await page.evaluate((runOnly) => globalThis.axe.run(document, { runOnly, reporter: "no-passes" }), runOnly);
  return found.violations.flatMap((violation) =>
    violation.nodes.slice(0, 5).map((node) => `axe ${violation.id}: ${node.target.join(" ")}: ${(node.failureSummary ?? violation.help).replaceAll("\n", " ")}`)
  );
};

/* All of a page that axe's rules read, but for colours: its markup, and each element's box and whether it shows. */
const form_of = (page) =>
  page.evaluate(() =>
    [
      document.documentElement.outerHTML,
      ...[...document.querySelectorAll("*")].map((e) => {
        const { x, y, width, height } = e.getBoundingClientRect();
        const { display, visibility, opacity, position, overflow, clipPath, fontSize, fontWeight } = getComputedStyle(e);
        return [x, y, width, height, display, visibility, opacity, position, overflow, clipPath, fontSize, fontWeight].join(" ");
      }),
    ].join("\n")
  );

/*
 * The page that is open, as it stands and with every detail unfolded, in the scheme of the moment. `seen`, an
 * object of the caller's for one page at one width, remembers its form: in a second scheme, when the form is
 * the same to the pixel, only the rules on colours can judge otherwise, and only they run again.
 */
export const judge = async (page, axe, seen) => {
  const problems = await overflow_problems(page);
  await page.evaluate(() => {
    globalThis.unfolded = [...document.querySelectorAll("details:not([open])")];
    for (const details of globalThis.unfolded) details.open = true;
  });
  problems.push(...(await overflow_problems(page)));
  const form = await form_of(page);
  problems.push(...(await axe_problems(page, axe, seen.form === form ? AXE_COLOUR_RULES : AXE_TAGS)));
  seen.form = form;
  await page.evaluate(() => {
    for (const details of globalThis.unfolded) details.open = false;
  });
  return problems;
};

/* Nothing may be wider than the window: tables scroll in their own frame. */
export const overflow_problems = (page) =>
  page.evaluate(() => {
    const wide = document.documentElement.scrollWidth - document.documentElement.clientWidth;
    if (wide <= 0) return [];
    const culprits = [...document.querySelectorAll("body *")]
      .filter((e) => e.getBoundingClientRect().right > document.documentElement.clientWidth + 1 && !e.closest(".scroll, .unseen"))
      .slice(0, 3)
      .map((e) => `${e.tagName.toLowerCase()}.${e.getAttribute("class") ?? ""}`);
    return [`the page is ${wide} px wider than the window: ${culprits.join(", ")}`];
  });

export const LOOKS = [
  { name: "wide", width: 1280, height: 900 },
  { name: "narrow", width: 360, height: 740 },
];
export const SCHEMES = ["light", "dark"];
