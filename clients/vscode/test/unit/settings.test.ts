import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Section } from '../../src/settings';
import { serverKeys, serverSettings } from '../../src/settings';
import manifest from '../../package.json';

const KEYS = serverKeys('ctxbudget', Object.keys(manifest.contributes.configuration.properties));

/** A section in which a person has set these. */
function section(set: Record<string, unknown>, level = 'workspaceValue'): Section {
    return {
        get: (key) => set[key] ?? `the default of ${key}`,
        inspect: (key) => (key in set ? { [level]: set[key] } : {}),
    };
}

test('the server is told what was set, and no default', () => {
    const told = { watch: true, alerts: 'notification' };

    assert.deepEqual(serverSettings(section({}), KEYS), told);
    for (const level of ['globalValue', 'workspaceValue', 'workspaceFolderValue']) {
        assert.deepEqual(serverSettings(section({ hover: false }, level), KEYS), { hover: false, ...told });
    }
});

test('settings of the extension itself stay here', () => {
    assert.deepEqual(
        serverSettings(section({ path: '/opt/ctxbudget', interpreter: '/py', 'trace.server': 'verbose' }), KEYS),
        { watch: true, alerts: 'notification' },
    );
    assert.ok(KEYS.includes('contextWindow'));
});

test('alerts can be turned off, watching cannot', () => {
    assert.deepEqual(serverSettings(section({ alerts: 'off', watch: false }), KEYS), { alerts: 'off', watch: true });
    assert.deepEqual(serverSettings(section({ alerts: 'message' }), KEYS), { alerts: 'notification', watch: true });
});

test('the session that a person has switched to counts before the settings', () => {
    assert.equal(serverSettings(section({ session: 'a' }), KEYS, 'b')['session'], 'b');
    assert.equal(serverSettings(section({ session: 'a' }), KEYS)['session'], 'a');
});
