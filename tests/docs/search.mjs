// Opens a page of the site as a file in the dark, searches for a word, and says what it saw.
// argv: the folder of the packages, the path of Chromium, the page.
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';

const [, , folder, executablePath, file] = process.argv;
const { chromium } = createRequire(`${folder}/package.json`)('playwright-core');
const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'];
const browser = await chromium.launch({
    executablePath, timeout: 60_000, args: [...args, '--disable-component-update', '--disable-sync'],
});
const page = await browser.newPage({ viewport: { width: 1280, height: 860 }, colorScheme: 'dark' });
page.setDefaultTimeout(60_000);
const seen = { console: [], requests: [] };
page.on('console', (message) => seen.console.push(`${message.type()}: ${message.text()}`));
page.on('pageerror', (fault) => seen.console.push(`error: ${fault.message}`));
page.on('request', (request) => seen.requests.push(request.url()));
await page.goto(pathToFileURL(file).href);
seen.pictures = await page.evaluate(() => [...document.images].map((one) => one.naturalWidth > 0));
await page.locator('.md-search__button').click();
await page.getByRole('combobox', { name: 'Search' }).fill('overbook');
await page.getByRole('option').first().waitFor();
seen.found = await page.getByRole('option').evaluateAll((all) => all.map((one) => one.href));
await browser.close();
process.stdout.write(JSON.stringify(seen));
