import { EditorState, type Extension } from '@codemirror/state';

/** Keeps out changes that make the code into what must not be; what takes away from the code is always allowed. */
export function limit(refuse: (code: string) => boolean): Extension {
  return EditorState.changeFilter.of(({ docChanged, startState, newDoc }) => {
    if (!docChanged || newDoc.length < startState.doc.length) return true;
    return !refuse(newDoc.toString());
  });
}
