import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { tags } from '@lezer/highlight';

/** Sorts the editor's tokens into the kinds of `src/site/highlight.ts`; `src/styles/code.css` colours them. */
export const highlighting = syntaxHighlighting(
  HighlightStyle.define([
    { tag: tags.comment, class: 'tok-comment' },
    { tag: [tags.keyword, tags.modifier], class: 'tok-keyword' },
    { tag: [tags.string, tags.special(tags.string), tags.regexp], class: 'tok-string' },
    { tag: [tags.number, tags.bool, tags.null, tags.escape], class: 'tok-number' },
    { tag: [tags.typeName, tags.className, tags.definition(tags.className)], class: 'tok-type' },
    {
      tag: [
        tags.function(tags.variableName),
        tags.function(tags.definition(tags.variableName)),
        tags.function(tags.propertyName),
        tags.function(tags.definition(tags.propertyName)),
      ],
      class: 'tok-function',
    },
    { tag: [tags.propertyName, tags.definition(tags.propertyName)], class: 'tok-property' },
    { tag: [tags.punctuation, tags.operator, tags.meta], class: 'tok-punctuation' },
  ]),
);
