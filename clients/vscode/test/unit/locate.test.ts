import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Places } from '../../src/locate';
import { candidates, choose, expand, isOlder, versionIn } from '../../src/locate';

const NOTHING: Places = {
    path: '',
    interpreter: '',
    selectedInterpreter: undefined,
    trustedFolders: [],
    searchPath: [],
    windows: false,
};
const everywhere = (): boolean => true;
const answering = (version: string) => (): Promise<string> => Promise.resolve(`ctxbudget ${version}\n`);

test('a setting is the only place that is tried', () => {
    const places = { ...NOTHING, selectedInterpreter: '/py', trustedFolders: ['/w'], searchPath: ['/bin'] };
    const commands = (more: Partial<Places>) =>
        candidates({ ...places, ...more }, everywhere).map(({ command, args }) => [command, ...args]);

    assert.deepEqual(commands({ path: '/opt/ctxbudget', interpreter: '/opt/python' }), [['/opt/ctxbudget']]);
    assert.deepEqual(commands({ interpreter: '/opt/python' }), [['/opt/python', '-P', '-m', 'ctxbudget_server']]);
});

test('without a setting: the selected interpreter, the environment of each folder, PATH', () => {
    const places = {
        ...NOTHING,
        selectedInterpreter: '/py',
        trustedFolders: ['/w'],
        searchPath: ['/bin', '/usr/bin/'],
    };
    const there = new Set(['/w/.venv/bin/ctxbudget', '/usr/bin/ctxbudget']);

    assert.deepEqual(
        candidates(places, (path) => there.has(path)).map(({ command }) => command),
        ['/py', '/w/.venv/bin/ctxbudget', '/usr/bin/ctxbudget'],
    );
});

test('on Windows: Scripts, .exe and backslashes', () => {
    const places = { ...NOTHING, trustedFolders: ['C:\\w'], searchPath: ['.', 'C:\\tools'], windows: true };

    assert.deepEqual(
        candidates(places, everywhere).map(({ command }) => command),
        ['C:\\w\\.venv\\Scripts\\ctxbudget.exe', 'C:\\w\\venv\\Scripts\\ctxbudget.exe', 'C:\\tools\\ctxbudget.exe'],
    );
});

test('a relative entry of PATH would let the open folder decide what runs', () => {
    assert.deepEqual(candidates({ ...NOTHING, searchPath: ['', '.', 'bin'] }, everywhere), []);
});

test('the first place that answers is taken', async () => {
    const tried = candidates({ ...NOTHING, selectedInterpreter: '/py', searchPath: ['/bin'] }, everywhere);
    const choice = await choose(tried, (command) =>
        command === '/py' ? Promise.reject(new Error('No module named ctxbudget_server')) : answering('0.1.0')(),
    );

    assert.ok('server' in choice);
    assert.equal(choice.server.command, '/bin/ctxbudget');
    assert.equal(choice.server.version, '0.1.0');
});

test('the problem is said in one sentence', async () => {
    const problem = async (places: Partial<Places>, ask: (command: string) => Promise<string>): Promise<string> => {
        const choice = await choose(candidates({ ...NOTHING, ...places }, everywhere), ask);
        assert.ok('problem' in choice);
        return choice.problem;
    };

    assert.match(await problem({}, answering('9')), /^ctxbudget was not found/);
    assert.match(
        await problem({ path: '/old' }, answering('0.0.9')),
        /ctxbudget 0\.0\.9 at \/old .* is too old: .* needs 0\.1\.0/,
    );
    assert.match(
        await problem({ path: '/bin/ls' }, () => Promise.resolve('ls 9.1')),
        /^\/bin\/ls \(ctxbudget\.path\) is not ctxbudget/,
    );
    assert.equal(
        await problem({ path: '/gone' }, () => Promise.reject(new Error('spawn /gone ENOENT\nat …'))),
        '/gone (ctxbudget.path) could not be run: spawn /gone ENOENT',
    );
});

test('versions are compared by their numbers', () => {
    assert.equal(versionIn('ctxbudget 0.10.2\n'), '0.10.2');
    assert.equal(versionIn('ctxbudget 1.0rc1'), '1.0rc1');
    assert.equal(versionIn('Python 3.11.7'), undefined);
    assert.ok(isOlder('0.9.9', '0.10'));
    assert.ok(!isOlder('0.10', '0.9.9'));
    assert.ok(!isOlder('1', '1.0.0'));
    assert.ok(isOlder('1.0', '1.0.1'));
});

test('a path in a setting may name the home folder and the workspace', () => {
    assert.equal(expand(' ~/bin/ctxbudget ', '/home/ada', undefined), '/home/ada/bin/ctxbudget');
    assert.equal(expand('${workspaceFolder}/.venv/bin/python', '/home/ada', '/w'), '/w/.venv/bin/python');
    assert.equal(expand('${userHome}/x', '/home/ada', '/w'), '/home/ada/x');
    assert.equal(expand('~ada/x', '/home/ada', '/w'), '~ada/x');
});

test('it is missing unless one is named or too old', async () => {
    const missing = async (places: Partial<Places>, ask: (command: string) => Promise<string>): Promise<boolean> => {
        const choice = await choose(candidates({ ...NOTHING, ...places }, everywhere), ask);
        assert.ok('problem' in choice);
        return choice.missing;
    };
    const refusing = (): Promise<string> => Promise.reject(new Error('No module named ctxbudget_server'));
    assert.ok(await missing({}, refusing));
    assert.ok(await missing({ selectedInterpreter: '/usr/bin/python3' }, refusing));
    assert.ok(!(await missing({ interpreter: '/usr/bin/python3' }, refusing)));
    assert.ok(!(await missing({ selectedInterpreter: '/usr/bin/python3' }, answering('0.0.9'))));
});
