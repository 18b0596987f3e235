// Opens pages in Chromium and says what it saw. Reads a JSON list of {file, dark?, width?, hover?, shot?} from stdin.
// argv: the folder of the packages, the path of Chromium.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const [, , folder, executablePath] = process.argv;
const load = createRequire(`${folder}/package.json`);
const { chromium } = load('playwright-core');
const axe = readFileSync(load.resolve('axe-core/axe.min.js'), 'utf8');
const SECONDS = 60_000;

const args = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking'];
const browser = await chromium.launch({
    executablePath, timeout: SECONDS, args: [...args, '--disable-component-update', '--disable-sync'],
});

async function visit({ file, dark, width, hover, shot, check, height }) {
    const context = await browser.newContext({
        viewport: { width: width ?? 1280, height: height ?? 860 },
        colorScheme: dark ? 'dark' : 'light',
        bypassCSP: Boolean(check), // axe is not part of the page
    });
    const page = await context.newPage();
    const seen = { file, console: [], requests: [], tooltips: [], violations: [] };
    page.setDefaultTimeout(SECONDS);
    page.on('console', (message) => seen.console.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (fault) => seen.console.push(`error: ${fault.message}`));
    page.on('dialog', (dialog) => { seen.console.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
    page.on('request', (request) => {
        if (request.url() !== `file://${file}` && !request.url().startsWith('data:')) seen.requests.push(request.url());
    });
    await page.goto(`file://${file}`);
    await page.waitForFunction(() =>
        [...document.querySelectorAll('figure.chart')].every((one) => one.dataset.drawn !== undefined));
    seen.charts = await page.evaluate(() =>
        [...document.querySelectorAll('figure.chart')].map((one) => [one.id, one.querySelectorAll('svg path').length]));
    seen.areas = await page.evaluate(() => [...document.querySelectorAll('#timeline .mark-area path')]
        .map((one) => Math.round(one.getBoundingClientRect().height)));
    seen.heights = await page.evaluate(() =>
        [...document.querySelectorAll('.drawing svg')].map((one) => one.getBoundingClientRect().height));
    seen.wide = await page.evaluate(() => document.documentElement.scrollWidth > innerWidth);
    for (const revision of hover ?? []) seen.tooltips.push(await underPointer(page, revision));
    if (check) {
        await page.evaluate(() => { for (const one of document.querySelectorAll('details')) one.open = true; });
        await page.evaluate(axe);
        const { violations } = await page.evaluate(() => window.axe.run());
        seen.violations = violations
            .filter((one) => ['serious', 'critical'].includes(one.impact))
            .map((one) => `${one.id}: ${one.nodes.map((node) => node.html.slice(0, 160)).slice(0, 3).join(' | ')}`);
    }
    if (shot) {
        if (shot.at) await page.locator(shot.at).scrollIntoViewIfNeeded();
        if (shot.at) await page.evaluate((at) => document.querySelector(at).scrollIntoView(), shot.at);
        if (shot.hover) await underPointer(page, shot.hover);
        await page.screenshot({ path: shot.path });
    }
    await context.close();
    return seen;
}

// What the tooltip says over the middle of the time in which a change's figures held.
async function underPointer(page, revision) {
    await page.locator('#timeline input[value="by change"]').check();
    await page.waitForFunction(() => document.querySelector('#timeline').dataset.drawn === 'by change');
    const drawing = page.locator('#timeline .drawing');
    await drawing.scrollIntoViewIfNeeded();
    const at = await page.evaluate((wanted) => {
        const { view } = document.querySelector('#timeline');
        const point = view.data('points').find((one) => one.revision === wanted);
        const [left, top] = view.origin();
        const scale = view.scale('x');
        return {
            x: left + (scale(point.revision) + scale(point.revisionEnd)) / 2,
            y: top + view.height() - 3,
        };
    }, revision);
    const box = await drawing.locator('svg').boundingBox();
    await page.mouse.move(box.x + at.x, box.y + at.y + 1);
    await page.mouse.move(box.x + at.x, box.y + at.y);
    await page.locator('#tooltip:not([hidden])').waitFor();
    return page.evaluate(() => Object.fromEntries(
        [...document.querySelectorAll('#tooltip dt')].map((one) => [one.textContent.trim(), one.nextSibling.textContent]),
    ));
}

const wanted = JSON.parse(readFileSync(0, 'utf8'));
const found = [];
for (const one of wanted) found.push(await visit(one));
await browser.close();
process.stdout.write(JSON.stringify(found));
