// A browser for tests in another language: one JSON request on a line of stdin, one JSON answer on a line of stdout.
// usage: node driver.mjs CHROMIUM PROFILE_FOLDER

import { createInterface } from 'node:readline';
import puppeteer from 'puppeteer-core';

const POLL_MS = 50;
const SETTLED_MS = 300;
const HOVER = '.monaco-hover';
const [executablePath, userDataDir] = process.argv.slice(2);
const browser = await puppeteer.launch({
    executablePath,
    userDataDir,
    args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-dev-shm-usage',
        '--hide-scrollbars',
        '--force-color-profile=srgb',
    ],
    defaultViewport: { width: 1360, height: 800, deviceScaleFactor: 1.5 },
});
const [page] = await browser.pages();
page.setDefaultTimeout(0); // each request brings its own

const operations = {
    // Loads a page that is there when `selector` is; a page that fails to load is loaded again.
    async open({ url, selector, timeoutMs }) {
        const end = Date.now() + timeoutMs;
        for (let left = timeoutMs; left > 0; left = end - Date.now()) {
            try {
                await page.goto(url, { timeout: left, waitUntil: 'domcontentloaded' });
                await page.waitForSelector(selector, { timeout: Math.min(left, 25_000) });
                return;
            } catch (error) {
                if (end - Date.now() < 1_000) {
                    throw error;
                }
                await pause(500);
            }
        }
    },

    // The texts of the elements that match, once there is one (or with `gone`: none) that contains `text`.
    // Without a selector: the texts of all pages within the page.
    async wait({ selector, text = '', gone = false, timeoutMs }) {
        const end = Date.now() + timeoutMs;
        for (;;) {
            const all = selector === undefined ? await textsInFrames() : await texts(selector, page);
            const found = all.filter((one) => one.includes(text));
            if (found.length > 0 !== gone) {
                return found;
            }
            if (Date.now() > end) {
                throw new Error(
                    `${gone ? 'still' : 'no'} "${text}" in ${selector ?? 'any page'}; there is: ${JSON.stringify(all)}`,
                );
            }
            await pause(POLL_MS);
        }
    },

    async click({ selector, text = '', button = 'left', timeoutMs }) {
        await page.mouse.click(...(await centre(selector, text, timeoutMs)), { button });
    },

    // Moves the mouse onto an element, as for the buttons that a row has then.
    async point({ selector, text = '', timeoutMs }) {
        const [x, y] = await centre(selector, text, timeoutMs);
        await page.mouse.move(x, y, { steps: 3 });
    },

    // Drags the right edge of an element.
    async widen({ selector, pixels }) {
        const [{ x, y, width, height }] = await seen(selector, page);
        await page.mouse.move(x + width, y + height / 2);
        await page.mouse.down();
        await page.mouse.move(x + width + pixels, y + height / 2, { steps: 5 });
        await page.mouse.up();
    },

    // What a screen reader says of the elements that match.
    spoken: ({ selector }) =>
        page.$$eval(selector, (elements) => elements.map((element) => element.getAttribute('aria-label') ?? '')),

    // Rests the mouse on an element until the hover says `says`, and stays. What moves under the mouse is hovered again.
    async hover({ selector, text = '', says, timeoutMs }) {
        const end = Date.now() + timeoutMs;
        for (;;) {
            const [x, y] = await centre(selector, text, timeoutMs);
            await page.mouse.move(x - 3, y, { steps: 3 });
            await page.mouse.move(x, y, { steps: 3 });
            try {
                await operations.wait({ selector: HOVER, text: says, timeoutMs: 5_000 });
                await pause(SETTLED_MS);
                await operations.wait({ selector: HOVER, text: says, timeoutMs: 0 });
                return;
            } catch (error) {
                if (Date.now() > end) {
                    throw error;
                }
                await operations.rest();
            }
        }
    },

    // Takes the mouse off what it hovers over, to where nothing has a hover.
    async rest() {
        await page.mouse.move(700, 2);
        await operations.wait({ selector: HOVER, gone: true, timeoutMs: 20_000 });
    },

    // One key with its modifiers: Control+Shift+P
    async press({ keys }) {
        const parts = keys.split('+');
        const key = parts.pop();
        for (const modifier of parts) {
            await page.keyboard.down(modifier);
        }
        await page.keyboard.press(key);
        for (const modifier of parts.reverse()) {
            await page.keyboard.up(modifier);
        }
    },

    // At once, as from the clipboard: lists would be filtered anew for each key.
    type: ({ text }) => page.keyboard.sendCharacter(text),

    // Turns the mouse wheel over an element.
    async wheel({ selector, pixels, timeoutMs }) {
        await page.mouse.move(...(await centre(selector, '', timeoutMs)));
        await page.mouse.wheel({ deltaY: pixels });
    },

    // How far the page within the page that is scrolled farthest is scrolled.
    async scrolled() {
        const all = await Promise.allSettled(page.frames().map((frame) => frame.evaluate(scrollWithin)));
        return Math.max(...all.map(({ value }) => value ?? 0));
    },

    async screenshot({ path }) {
        await page.screenshot({ path });
    },
};

// Text as a person reads it: the editor writes many kinds of spaces, some of no width.
function readable(text) {
    return text.replace(/[\u200b-\u200d\u2060\ufeff]/g, '').replace(/\s+/g, ' ');
}

// Of what can be seen: hovers and lists keep the text of before, or have it before they are shown.
async function texts(selector, frame) {
    return (await seen(selector, frame)).map(({ text }) => text);
}

async function seen(selector, frame) {
    const found = await frame.$$eval(selector, (elements) =>
        elements
            .filter((element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true }))
            .map((element) => {
                const { x, y, width, height } = element.getBoundingClientRect();
                return { text: element.textContent ?? '', x, y, width, height };
            })
            .filter(({ x, y, width, height }) => width > 0 && height > 0 && x < innerWidth && y < innerHeight)
            .filter(({ x, y, width, height }) => x + width > 0 && y + height > 0),
    );
    return found.map((one) => ({ ...one, text: readable(one.text) }));
}

// Of the pages within the page. Frames are looked into from without as well: VS Code writes a rendered document into a
// frame that it makes, and Chromium does not always tell of such a one.
async function textsInFrames() {
    const all = await Promise.allSettled(page.frames().map((frame) => frame.evaluate(textsWithin)));
    return all.flatMap(({ value }) => value ?? []).map(readable); // a frame may go away while it is asked
}

function textsWithin() {
    const within = (page) => [
        page.body?.textContent ?? '',
        ...[...page.querySelectorAll('iframe')].flatMap(({ contentDocument }) =>
            contentDocument === null ? [] : within(contentDocument),
        ),
    ];
    return within(document);
}

function scrollWithin() {
    const within = (inner) => [
        inner.defaultView?.scrollY ?? 0,
        ...[...inner.querySelectorAll('iframe')].flatMap(({ contentDocument }) =>
            contentDocument === null ? [] : within(contentDocument),
        ),
    ];
    return Math.max(...within(document));
}

// Where the first element that contains the text is, once it has come to rest on the screen.
async function centre(selector, text, timeoutMs) {
    const end = Date.now() + timeoutMs;
    let before = '';
    while (Date.now() < end) {
        const found = (await seen(selector, page)).find((one) => one.text.includes(text));
        const now = JSON.stringify(found ?? null);
        if (found !== undefined && now === before) {
            return [found.x + found.width / 2, found.y + found.height / 2];
        }
        before = now;
        await pause(POLL_MS);
    }
    throw new Error(`"${text}" in ${selector} is not on the screen, or never rests`);
}

function pause(milliseconds) {
    return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

for await (const line of createInterface({ input: process.stdin })) {
    const { operation, ...params } = JSON.parse(line);
    let answer;
    try {
        answer = { result: (await operations[operation](params)) ?? null };
    } catch (error) {
        answer = { error: String(error?.message ?? error) };
    }
    process.stdout.write(`${JSON.stringify(answer)}\n`);
}
await browser.close();
