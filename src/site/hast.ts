import type { Element, ElementContent, Properties, Text } from 'hast';

/** An HTML element, for the trees that the Markdown pipeline works on. */
export function element(
  tagName: string,
  properties: Properties,
  ...children: readonly (ElementContent | undefined)[]
): Element {
  return { type: 'element', tagName, properties, children: children.filter((child) => child !== undefined) };
}

export function text(value: string): Text {
  return { type: 'text', value };
}
