/** Text from elsewhere, for what VS Code shows: it is seen as it is, and does nothing. */

/** Characters that are invisible, or that would reverse the text: controls, format characters, lone surrogates. */
const UNSEEN = /(?!\u200d)[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/gu;

/** What is a link in a message and an icon in the status bar, although both are plain text. */
const LINK_OR_ICON = /\](?=\()|\$(?=\()/g;

/** Characters that mean something in Markdown. */
const MARKDOWN = /[\\`*_{}[\]()#+!|<>~$&:@]/g;

/** The text on one line: for messages, the status bar and choices. */
export function label(text: string): string {
    return seen(text).replace(LINK_OR_ICON, '$& ');
}

/** The text as a part of a paragraph or a cell of a table. */
export function markdown(text: string): string {
    return seen(text).replace(MARKDOWN, '\\$&').replace(/\s+/g, ' ');
}

function seen(text: string): string {
    return text.replace(UNSEEN, (character) => {
        const code = character.codePointAt(0) ?? 0;
        return code <= 0xffff ? `\\u${code.toString(16).padStart(4, '0')}` : `\\u{${code.toString(16)}}`;
    });
}
