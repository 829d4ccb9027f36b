import { type EditorState, type Extension, StateEffect, StateField } from '@codemirror/state';
import { Decoration, type DecorationSet, EditorView } from '@codemirror/view';

/** Sets the lines (from 1) that are marked as wrong. */
export const setErrorLines = StateEffect.define<readonly number[]>();

const mark = Decoration.line({ class: 'has-error' });

/** Marks stay at their lines while the reader types, until others are set. */
export const errorLines: Extension = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, transaction) {
    let next = marks.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (effect.is(setErrorLines)) next = marksAt(transaction.state, effect.value);
    }
    return next;
  },
  provide: (field) => EditorView.decorations.from(field),
});

function marksAt(state: EditorState, lines: readonly number[]): DecorationSet {
  const within = [...new Set(lines)].filter((line) => line >= 1 && line <= state.doc.lines);
  return Decoration.set(within.sort((a, b) => a - b).map((line) => mark.range(state.doc.line(line).from)));
}
