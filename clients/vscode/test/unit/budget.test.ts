import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Snapshot } from '../../src/budget';
import { background, Budget, statusText, tooltip } from '../../src/budget';
import type { Change, Figures, Status } from '../../src/protocol';

const FIGURES: Figures = {
    window: 25_000,
    budget: 7_500,
    retained: 3_150,
    peak: 15_500,
    processed: 30_100,
    saved: 26_950,
    leased: 0,
    available: 4_350,
    ofWindow: 0.126,
    ofBudget: 0.42,
    level: 'ok',
};

function change(sessionId: string, revision: number, more: Partial<Change> = {}): Change {
    return { sessionId, revision, state: 'open', phase: 1, status: FIGURES, ...more };
}

function status(sessionId: string, revision: number, more: Partial<Status> = {}): Status {
    const phases = [{ phase: 1, name: 'research' }];
    return { ...FIGURES, sessionId, revision, state: 'open', phase: 1, phases, advice: { text: 'Go on.' }, ...more };
}

function shown(budget: Budget): Snapshot {
    assert.ok(budget.shown);
    return budget.shown;
}

test('the session that changed last is shown', () => {
    const budget = new Budget();
    budget.changed(change('a', 1));
    budget.changed(change('b', 1));
    budget.changed(change('a', 2));

    assert.equal(shown(budget).sessionId, 'a');
    budget.changed(change('a', 3, { state: 'deleted', status: null }));
    assert.equal(shown(budget).sessionId, 'b');
    budget.clear();
    assert.equal(budget.shown, undefined);
});

test('an answer brings names and advice, and does not change which session is shown', () => {
    const budget = new Budget();
    budget.changed(change('a', 1));
    budget.changed(change('b', 1));
    budget.asked(status('a', 1));
    assert.equal(shown(budget).sessionId, 'b');
    assert.equal(budget.asked(status('gone', 1)), false);
    assert.equal(shown(budget).sessionId, 'b');

    budget.asked(status('b', 1));
    assert.equal(statusText(shown(budget)), '3,150 / 7,500 · ok · phase 1 research');
    assert.match(tooltip(shown(budget)), /Go on\.$/);
    budget.asked(status('b', 1, { state: 'archived' }));
    assert.equal(statusText(shown(budget)), '3,150 / 7,500 · ok · archived');
    budget.changed(change('b', 2));
    assert.equal(statusText(shown(budget)), '3,150 / 7,500 · ok · phase 1 research');
    assert.doesNotMatch(tooltip(shown(budget)), /Go on/, 'advice on figures that are gone');
});

test('what is older than what is known is not shown', () => {
    const budget = new Budget();
    budget.changed(change('a', 5));

    assert.equal(budget.changed(change('a', 4, { phase: 7 })), false);
    assert.equal(budget.asked(status('a', 4, { phase: 7 })), false);
    assert.equal(shown(budget).phase, 1);
    budget.changed(change('a', 6, { state: 'deleted', status: null }));
    assert.equal(budget.changed(change('a', 1)), true, 'a session of the same name begins again');
});

test('the text says retained, budget, level and phase', () => {
    const budget = new Budget();
    const text = (more: Partial<Change>, figures: Partial<Figures> = {}): string => {
        budget.clear();
        budget.changed(change('s', 1, { status: { ...FIGURES, ...figures }, ...more }));
        return statusText(shown(budget));
    };

    assert.equal(text({ phase: 3 }, { retained: 7_126, level: 'critical' }), '7,126 / 7,500 · critical · phase 3');
    assert.equal(text({ phase: null }), '3,150 / 7,500 · ok');
    assert.equal(text({ state: 'closed' }), '3,150 / 7,500 · ok · closed');
});

test('the tooltip has the four accounts', () => {
    const budget = new Budget();
    budget.changed(change('nightly', 1));
    const lines = tooltip(shown(budget)).split('\n');

    assert.equal(lines[0], '**Session nightly** · phase 1 · level ok');
    for (const row of [
        '| retained | 3,150 | 42.0% of budget,',
        '| peak | 15,500 |',
        '| processed | 30,100 |',
        '| saved | 26,950 |',
    ]) {
        assert.ok(
            lines.some((line) => line.startsWith(row)),
            row,
        );
    }
    assert.ok(lines.includes('| available | 4,350 | left of the budget |'));
});

test('text of a session does nothing but show', () => {
    const budget = new Budget();
    budget.changed(change('s', 1));
    budget.asked(status('s', 1, { advice: { text: '[click](command:x) | <img>' } }));

    assert.ok(tooltip(shown(budget)).endsWith('\\[click\\]\\(command\\:x\\) \\| \\<img\\>'));
});

test('levels have the colours of warnings and errors', () => {
    assert.equal(background('ok'), undefined);
    assert.match(background('warn') ?? '', /warning/);
    assert.match(background('critical') ?? '', /error/);
});

test('nothing is a share of a window that nobody chose, and nothing is more than 100 %', () => {
    const budget = new Budget();
    const figures: Figures = { ...FIGURES, retained: 8_000, level: 'critical' };
    budget.changed(change('a', 1, { status: { ...figures, windowSource: 'default' } }));
    assert.equal(statusText(shown(budget)), '8,000 tokens · phase 1');
    assert.doesNotMatch(tooltip(shown(budget)), /%|critical/);

    budget.changed(change('a', 2, { status: { ...figures, windowSource: 'session' } }));
    assert.match(tooltip(shown(budget)), /500 over budget, 32\.0% of the window/);
});
