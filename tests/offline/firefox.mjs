// Drives Firefox by WebDriver BiDi: a line {do, ...} on stdin gives a line {value} or {error} on stdout.
import { createInterface } from "node:readline";
import puppeteer from "puppeteer-core";

const [executablePath, userDataDir, settings = "{}"] = process.argv.slice(2);
const browser = await puppeteer.launch({
  browser: "firefox",
  protocol: "webDriverBiDi",
  executablePath,
  userDataDir,
  headless: true,
  extraPrefsFirefox: {
    // As Firefox is delivered; puppeteer turns it off, and pages on disk could then read others.
    "security.fileuri.strict_origin_policy": true,
    "media.navigator.streams.fake": true,
    "media.navigator.permission.disabled": true,
    "media.autoplay.default": 0,
    "media.autoplay.blocking_policy": 0,
    ...JSON.parse(settings),
  },
});
const contexts = [];
const pages = [];

const does = {
  version: () => browser.version(),
  context: async () => contexts.push({ browser: await browser.createBrowserContext(), scripts: [] }) - 1,
  script: ({ context, text }) => void contexts[context].scripts.push(text),
  page: async ({ context }) => {
    const page = await contexts[context].browser.newPage();
    const seen = { requests: [], console: [], errors: [] };
    page.on("request", (request) => seen.requests.push(request.url()));
    page.on("console", (said) => seen.console.push(`${said.type()}: ${said.text()}`));
    page.on("pageerror", (error) => seen.errors.push(String(error)));
    for (const text of contexts[context].scripts) await page.evaluateOnNewDocument(text);
    return pages.push({ page, seen }) - 1;
  },
  goto: async ({ page, url }) => void (await pages[page].page.goto(url)),
  // In the page, or in the frame below it whose address holds `inside`; null while there is none.
  evaluate: async ({ page, code, given, inside }) => {
    const run = `(async () => {
      const it = (${code});
      return JSON.stringify((typeof it === "function" ? await it(${JSON.stringify(given)}) : await it) ?? null);
    })()`;
    const frames = pages[page].page.frames();
    const frame = inside ? frames.find((frame) => frame.url().includes(inside)) : frames[0];
    return frame ? JSON.parse(await frame.evaluate(run)) : null;
  },
  seen: ({ page }) => pages[page].seen,
  shut: async ({ page }) => void (await pages[page].page.close()),
  close: async ({ context }) => void (await contexts[context].browser.close()),
};

for await (const line of createInterface({ input: process.stdin })) {
  const wish = JSON.parse(line);
  const answer = await Promise.resolve(does[wish.do](wish)).then(
    (value) => ({ value: value ?? null }),
    (error) => ({ error: String(error?.stack ?? error) }),
  );
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
await browser.close();
