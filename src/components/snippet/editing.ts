import type { Editor } from '../../editor/editor.ts';
import { createCodeView } from './code-view.ts';
import type { Figure, Version } from './figure.ts';
import { createNote } from './note.ts';
import type { PageState } from './page-state.ts';

/** What the reader does with the code of a figure. */
export interface Editing {
  /** Opens the editor, or goes to it. */
  edit(): Promise<void>;
  /** Puts the lesson's own code back. */
  reset(): void;
  /** Shows what there is to say about the version that is shown now. */
  show(): void;
}

/** @param run is called when the reader asks for a run from within the editor */
export function createEditing(figure: Figure, page: PageState, run: () => void): Editing {
  const { element, versions, shown, needs, hint, edited, carried } = figure;
  const views = new Map(versions.map((version) => [version, createCodeView(version.code)]));
  const editors = new Map<Version, Editor>();
  const opening = new Map<Version, Promise<Editor>>();

  const showEdits = () => {
    const own = page.edit(shown().fence) !== undefined;
    element.toggleAttribute('data-edited', own);
    if (edited) edited.hidden = !own;
    if (carried) carried.hidden = page.editsOf(needs).size === 0;
  };
  const say = (text: string) => {
    if (hint) hint.textContent = text;
  };
  const setCode = (text: string) => {
    const version = shown();
    page.setEdit(version.fence, text);
    page.save();
    const editor = editors.get(version);
    if (editor) editor.setCode(text);
    else views.get(version)?.show(text);
  };
  const note = createNote(figure, page, setCode);

  const open = async (version: Version): Promise<Editor> => {
    const { openEditor } = await import('./open-editor.ts');
    const code = page.edit(version.fence) ?? views.get(version)?.original ?? '';
    return openEditor(version, code, needs, page, note, run);
  };

  for (const [version, view] of views) {
    const { fence } = version;
    page.onMark(fence, (lines) => {
      view.markErrors(lines);
      editors.get(version)?.markErrors(lines);
    });
    const saved = page.edit(fence);
    if (saved === undefined) continue;
    page.showing.add(element, saved.length, () => {
      // The reader may have opened an editor or reset the code meanwhile.
      const code = page.edit(fence);
      if (code === undefined || editors.has(version)) return;
      try {
        view.show(code);
      } catch {
        page.withhold(fence); // the note tells the reader
        showEdits();
        note.show();
      }
    });
  }
  page.onEdit(showEdits);
  showEdits();
  note.show();

  return {
    async edit() {
      const version = shown();
      const known = editors.get(version);
      if (known) return known.focus();
      const opened = opening.get(version) ?? open(version);
      opening.set(version, opened);
      say('Loading the editor…');
      try {
        editors.set(version, await opened);
      } catch (error) {
        opening.delete(version);
        say('');
        throw error;
      }
      // Another alternative may have been chosen meanwhile.
      if (version !== shown()) return;
      say(keyboardHint());
      (await opened).focus();
    },
    reset() {
      const version = shown();
      const original = views.get(version)?.original;
      if (page.edit(version.fence) !== undefined && original !== undefined) setCode(original);
    },
    show() {
      say(editors.has(shown()) ? keyboardHint() : '');
      showEdits();
      note.show();
    },
  };
}

/** The keys that a keyboard needs to know: without the first, Tab would have no way out of the editor. */
function keyboardHint(): string {
  const key = /Mac|iPhone|iPad/.test(navigator.platform) ? '⌘' : 'Ctrl+';
  return `Esc, then Tab, leaves. ${key}Enter runs.`;
}
