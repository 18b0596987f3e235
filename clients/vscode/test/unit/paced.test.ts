import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Paced } from '../../src/paced';

const PAUSE_MS = 2_000;

test('what is asked for often is done at once, and then once after each pause', async () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    try {
        let runs = 0;
        const paced = new Paced(() => {
            runs += 1;
            return Promise.resolve();
        }, PAUSE_MS);
        for (let asked = 0; asked < 5; asked += 1) {
            paced.ask();
            await turn();
        }
        assert.equal(runs, 1);
        mock.timers.tick(PAUSE_MS - 1);
        await turn();
        assert.equal(runs, 1);
        mock.timers.tick(1);
        await turn();
        assert.equal(runs, 2, 'the latest wish is met');
        mock.timers.tick(PAUSE_MS);
        await turn();
        assert.equal(runs, 2, 'nothing was asked for meanwhile');
        paced.ask();
        await turn();
        assert.equal(runs, 3);
    } finally {
        mock.timers.reset();
    }
});

test('it never runs twice at once, and stops when it is told to', async () => {
    mock.timers.enable({ apis: ['setTimeout'] });
    try {
        const ends: (() => void)[] = [];
        const paced = new Paced(() => new Promise((resolve) => ends.push(resolve)), PAUSE_MS);
        paced.ask();
        paced.ask();
        await turn();
        assert.equal(ends.length, 1);
        ends[0]?.();
        await turn();
        paced.stop();
        mock.timers.tick(PAUSE_MS);
        await turn();
        assert.equal(ends.length, 1);
    } finally {
        mock.timers.reset();
    }
});
