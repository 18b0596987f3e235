import assert from 'node:assert/strict';
import { test } from 'node:test';
import { installCommand, isOurs } from '../../src/installCommand';
import { Notice } from '../../src/notice';

const missing = { problem: 'ctxbudget was not found.', missing: true };
const tooOld = { problem: 'ctxbudget 0.0.9 is too old.', missing: false };

function notice(): { one: Notice; told: [string, string[]][] } {
    const told: [string, string[]][] = [];
    return { one: new Notice((text, buttons) => void told.push([text, buttons])), told };
}

test('a missing command is told once, with a button to install it', () => {
    const { one, told } = notice();
    for (const problem of [missing, missing, tooOld]) {
        one.about(problem, false);
    }
    assert.deepEqual(told, [['ctxbudget was not found.', ['Install', 'Open Settings']]]);
});

test('who asks for the server is told again', () => {
    const { one, told } = notice();
    one.about(tooOld, false);
    one.about(tooOld, true);
    assert.deepEqual(told, Array(2).fill(['ctxbudget 0.0.9 is too old.', ['Open Settings', 'Show Output']]));
});

test('the command is that of the tool that is there', () => {
    const means = { source: "/it's here", inFolder: true, windows: false };
    const line = (...programs: string[]): string =>
        installCommand({ ...means, has: (program) => programs.includes(program) });
    assert.equal(line('uv', 'pipx'), "uv tool install '/it'\\''s here'");
    assert.equal(line('pipx'), "pipx install '/it'\\''s here'");
    assert.equal(line(), "python3 -m venv .venv && .venv/bin/pip install '/it'\\''s here'");
    const nowhere = installCommand({ ...means, inFolder: false, has: () => false });
    assert.match(nowhere, /ctxbudget install vscode$/);
    const onWindows = installCommand({ ...means, source: 'C:\\a b', windows: true, has: () => false });
    assert.equal(onWindows, 'py -3 -m pip install "C:\\a b"');
});

test('only a clone of ctxbudget is taken for one', () => {
    assert.ok(isOurs('[build-system]\nrequires = []\n\n[project]\ndynamic = ["version"]\nname = "ctxbudget"\n'));
    assert.ok(!isOurs('[project]\nname = "other"\n\n[tool.x]\nname = "ctxbudget"\n'));
    assert.ok(!isOurs('[project]\nname = "ctxbudget-extra"\n'));
});
