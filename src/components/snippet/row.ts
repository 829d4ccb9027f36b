import { showText } from './long-text.ts';

/** A row of a console, and what it takes to draw it, in plain letters. */
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
