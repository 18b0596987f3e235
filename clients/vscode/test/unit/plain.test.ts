import assert from 'node:assert/strict';
import { test } from 'node:test';
import { label, markdown } from '../../src/plain';

test('a label has no link, no icon and nothing unseen', () => {
    assert.equal(label('[run](command:x)'), '[run] (command:x)');
    assert.equal(label('$(trash) rm'), '$ (trash) rm');
    assert.equal(label('a\n\u001b[31m\u202egnp.md'), 'a\\u000a\\u001b[31m\\u202egnp.md');
    assert.equal(label('\ud800 \u{e0041}'), '\\ud800 \\u{e0041}');
    assert.equal(label('計画 👩‍🚀 é'), '計画 👩‍🚀 é');
});

test('Markdown shows the text and nothing else', () => {
    assert.equal(markdown('[a](command:x)'), '\\[a\\]\\(command\\:x\\)');
    assert.equal(markdown('<img src=x> `b` | c'), '\\<img src=x\\> \\`b\\` \\| c');
    assert.equal(markdown('https://example.org'), 'https\\://example.org');
    assert.equal(markdown('a\n\n# b'), 'a\\\\u000a\\\\u000a\\# b');
});
