import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Asked } from '../../src/askReport';
import { askReport } from '../../src/askReport';

/** A server whose session that changed last is this one. */
function server(latest: string | null): Asked & { asked: object[] } {
    const asked: object[] = [];
    const answers: Record<string, object> = {
        'session/list': { latest },
        'budget/report': { markdown: '# report' },
    };
    return {
        asked,
        sendRequest: (method: string, params: object) => {
            asked.push({ method, ...params });
            return Promise.resolve(answers[method]);
        },
    } as Asked & { asked: object[] };
}

const REPORT = { method: 'budget/report', format: 'markdown' };
const LIST = { method: 'session/list', limit: 1 };

test('before any session there is no report', async () => {
    const one = server(null);
    await assert.rejects(askReport(one, undefined), /There is no session yet/);
    assert.deepEqual(one.asked, [LIST]);
});

test('without a followed session it is that of the one that changed last', async () => {
    const one = server('run-1');
    assert.equal(await askReport(one, undefined), '# report');
    assert.deepEqual(one.asked, [LIST, { ...REPORT, sessionId: 'run-1' }]);
});

test('a followed session is asked for by its name', async () => {
    const one = server('run-1');
    await askReport(one, 'run-2');
    assert.deepEqual(one.asked, [{ ...REPORT, sessionId: 'run-2' }]);
});
