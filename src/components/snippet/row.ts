import { showText } from './long-text.ts';

/** A row of a console, and how many characters have to be drawn for it. */
export interface Row {
  readonly element: HTMLElement;
  readonly cost: number;
}

export function makeRow(kind: string, text: string): Row {
  const element = document.createElement('div');
  element.className = 'row';
  element.dataset.kind = kind;
  return { element, cost: showText(element, text) };
}
