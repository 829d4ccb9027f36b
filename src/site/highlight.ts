import type { ElementContent } from 'hast';
import { type BundledLanguage, bundledLanguages, createHighlighter, type ThemeRegistrationRaw } from 'shiki';
import { element, text } from './hast.ts';

/** Turns code into lines of HTML: one element per line, one per coloured token. */
export type Highlight = (code: string, language: string) => Promise<ElementContent[]>;

/**
 * TextMate scopes by the kind of token that they are to the reader. `src/editor/highlighting.ts` sorts the editor's
 * tokens into the same kinds, and `src/styles/code.css` colours both, so that opening an editor recolours nothing.
 */
const kinds: Readonly<Record<string, readonly string[]>> = {
  comment: ['comment', 'punctuation.definition.comment'],
  keyword: [
    'keyword',
    'storage',
    'variable.language',
    'constant.language.import-export-all',
    'keyword.operator.new',
    'keyword.operator.expression',
  ],
  string: ['string', 'punctuation.definition.string', 'markup.inserted', 'string.unquoted.argument'],
  number: ['constant.numeric', 'constant.language', 'constant.character.escape', 'constant.other.option'],
  type: ['entity.name.type', 'entity.other.inherited-class', 'support.type', 'new.expr entity.name.function'],
  function: ['entity.name.function', 'support.function', 'entity.name.command'],
  property: [
    'variable.other.property',
    'variable.other.object.property',
    'meta.object-literal.key',
    'meta.definition.property variable.object.property',
    'support.type.property-name',
    'support.variable.property',
    'meta.definition.method entity.name.function',
  ],
  removed: ['markup.deleted'],
  punctuation: [
    'punctuation',
    'meta.brace',
    'keyword.operator',
    'storage.type.function.arrow',
    'punctuation.definition.template-expression',
  ],
};

const variable = (kind: string) => `var(--code-${kind})`;

const theme: ThemeRegistrationRaw = {
  name: 'workbook',
  type: 'light',
  fg: variable('plain'),
  bg: variable('background'),
  settings: [
    { settings: { foreground: variable('plain'), background: variable('background') } },
    ...Object.entries(kinds).map(([kind, scope]) => ({
      scope: [...scope],
      settings: { foreground: variable(kind) },
    })),
  ],
};

/** Starts the highlighter. Languages that it does not know are shown without colours. */
export function startHighlighter(): Highlight {
  const started = createHighlighter({ themes: [theme], langs: ['typescript'] });
  return async (code, language) => {
    const highlighter = await started;
    const known = isBundled(language);
    if (known && !highlighter.getLoadedLanguages().includes(language)) {
      await highlighter.loadLanguage(language);
    }
    const lines = highlighter.codeToTokensBase(code, {
      lang: known ? language : 'text',
      theme,
      // By default a line that takes too long stays plain: on a busy machine two builds would differ.
      tokenizeTimeLimit: 0,
    });
    return lines.flatMap((tokens, index) => {
      const line = element(
        'span',
        { className: ['line'] },
        ...tokens.map(({ content, color }) => {
          const kind = color?.match(/^var\(--code-(\w+)\)$/)?.[1];
          if (!kind || kind === 'plain' || content.trim() === '') return text(content);
          return element('span', { className: [`tok-${kind}`] }, text(content));
        }),
      );
      return index === 0 ? [line] : [text('\n'), line];
    });
  };
}

function isBundled(language: string): language is BundledLanguage {
  return Object.hasOwn(bundledLanguages, language);
}
