/*
 * The picture of the README: the Learning page of the demo as a person sees it, light, 1200 px wide.
 * node test/e2e/picture.mjs PROGRAM PICTURE.png     (tools/screenshot says it with the usual names)
 */
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { load_tools, open_browser } from "./browser.mjs";

const SIZE = { width: 1200, height: 1000 }; // the findings and the first picture; the whole page is six times as long
const START_MAX_MS = 30_000;
const PASSWORD = "only for the picture";

const [program, picture] = process.argv.slice(2);
const tools = await load_tools();
const folder = mkdtempSync(join(tmpdir(), "propre-picture-"));
const data = join(folder, "demo.propre");
const env = { ...process.env, LANG: "en_GB.UTF-8", LC_ALL: "C.UTF-8" };
execFileSync(program, ["demo", "--no-serve", "--quiet", "--data", data], { env });
const server = spawn(program, ["serve", "--data", data, "--port", "0"], { env, stdio: ["ignore", "pipe", "ignore"] });
const gone = new Promise((resolve) => server.once("exit", resolve));
const { browser, close } = await open_browser(tools);
try {
  const link = await new Promise((resolve, reject) => {
    let printed = "";
    setTimeout(() => reject(new Error(`no link in: ${printed}`)), START_MAX_MS).unref();
    server.stdout.on("data", (piece) => {
      const found = (printed += piece).match(/http:\/\/127\.0\.0\.1:\d+\/link\/[\w-]+\s/);
      if (found) resolve(found[0].trim());
    });
  });
  const page = await browser.newPage({ viewport: SIZE, locale: "en-GB", colorScheme: "light", reducedMotion: "reduce" });
  await page.goto(link);
  await page.getByRole("button", { name: "Come in", exact: true }).click();
  await page.getByLabel("Password", { exact: true }).fill(PASSWORD);
  await page.getByLabel("The same again").fill(PASSWORD);
  await page.getByRole("button", { name: "Keep this password", exact: true }).click();
  await page.getByRole("heading", { name: "Today", level: 1 }).waitFor();
  await page.goto(`${new URL(link).origin}/learning`);
  await page.locator(".factor .canvas svg").first().waitFor();
  await page.screenshot({ path: picture });
} finally {
  await close();
  server.kill("SIGTERM");
  await gone;
  rmSync(folder, { recursive: true, force: true });
}
