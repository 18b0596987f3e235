// Writes the settings into package.json: those of the server from its JSON Schema, and the extension's own.
// With --check it writes nothing, and fails when package.json is not what it would write.

import { readFileSync, writeFileSync } from 'node:fs';

const SCHEMA = new URL('../../../protocol/ctxbudget_protocol/settings.schema.json', import.meta.url);
const MANIFEST = new URL('../package.json', import.meta.url);

const OWN = {
    path: {
        type: 'string',
        default: '',
        scope: 'machine-overridable',
        markdownDescription:
            'The `ctxbudget` command to run. Empty: that of the Python environment, else of PATH. ' +
            '`~` and `${workspaceFolder}` are filled in.',
    },
    interpreter: {
        type: 'string',
        default: '',
        scope: 'machine-overridable',
        markdownDescription:
            'The Python interpreter whose environment holds ctxbudget. Empty: the one that the Python extension has ' +
            'selected, else `.venv` or `venv` in the workspace folder.',
    },
    'trace.server': {
        type: 'string',
        enum: ['messages', 'compact', 'verbose'],
        default: 'messages',
        markdownDescription: 'What is traced of the talk with the server while the log level of the output is *Trace*.',
    },
};

/** The extension watches by itself, and shows the alerts in place of the server. */
const SETTLED = ['watch'];
const OVERRIDES = {
    alerts: {
        type: 'string',
        enum: ['message', 'off'],
        default: 'message',
        markdownDescription: 'One pop-up each time the running session reaches a threshold, or none.',
    },
};

/** Settings that a repository must not make in `.vscode/settings.json`. */
const USERS = ['roots'];

function properties(schema) {
    const server = Object.entries(schema.properties)
        .filter(([key]) => !SETTLED.includes(key))
        .map(([key, property]) => [key, OVERRIDES[key] ?? converted(property, schema.$defs)])
        .map(([key, property]) => [key, USERS.includes(key) ? { ...property, scope: 'machine' } : property]);
    return Object.fromEntries([...Object.entries(OWN), ...server].map(([key, value]) => [`ctxbudget.${key}`, value]));
}

/** A property in the dialect of VS Code's settings: no references, no titles, and `null` as one more type. */
function converted(property, definitions) {
    const { title, description, $ref, anyOf, items, properties: members, ...rest } = property;
    const referred = $ref === undefined ? {} : converted(definitions[$ref.split('/').at(-1)], definitions);
    const nullable = anyOf?.find((one) => one.type !== 'null');
    const chosen = nullable === undefined ? {} : converted(nullable, definitions);
    return {
        ...referred,
        ...chosen,
        ...(nullable === undefined ? {} : { type: [chosen.type, 'null'] }),
        ...rest,
        ...(items === undefined ? {} : { items: converted(items, definitions) }),
        ...(members === undefined
            ? {}
            : {
                  properties: Object.fromEntries(
                      Object.entries(members).map(([key, one]) => [key, converted(one, definitions)]),
                  ),
              }),
        ...(description === undefined ? {} : { markdownDescription: description }),
    };
}

const before = readFileSync(MANIFEST, 'utf8');
const manifest = JSON.parse(before);
manifest.contributes.configuration.properties = properties(JSON.parse(readFileSync(SCHEMA, 'utf8')));
const after = `${JSON.stringify(manifest, null, 2)}\n`;
if (process.argv.includes('--check')) {
    if (JSON.stringify(JSON.parse(before)) !== JSON.stringify(manifest)) {
        console.error('the settings in package.json are not those of the server: npm run settings');
        process.exitCode = 1;
    }
} else {
    writeFileSync(MANIFEST, after);
}
