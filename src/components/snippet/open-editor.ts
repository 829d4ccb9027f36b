import type { Editor, EditorFile } from '../../editor/editor.ts';
import { openEditor as open } from '../../editor/open.tsx';
import type { Fence } from '../../extract/page.ts';
import type { Version } from './figure.ts';
import { whyTooMuch } from './fits.ts';
import type { Note } from './note.ts';
import type { PageState } from './page-state.ts';

/** Opens an editor over a version of a figure, loaded at the first Edit. It keeps up with the edits of earlier fences. */
export async function openEditor(
  { fence, host, tabs }: Version,
  code: string,
  needs: readonly string[],
  page: PageState,
  note: Note,
  run: () => void,
): Promise<Editor> {
  const live = await page.live();
  const needed = (await live.fences(page.stores.chosen)).filter(({ id }) => needs.includes(id));
  const editor = await open({
    host,
    tabs,
    file: { name: tabs.textContent?.trim() || 'snippet.ts', code },
    earlier: earlierFiles(needed, page),
    onChange: (text) => {
      note.show();
      page.setEdit(fence, text);
    },
    refuse: (text) => {
      const reason = whyTooMuch(text);
      if (reason !== undefined) note.refuse(reason);
      return reason !== undefined;
    },
    onRun: run,
  });
  const showEarlier = () => editor.setEarlier(earlierFiles(needed, page));
  page.onEdit(showEarlier);
  page.stores.onChoose(showEarlier);
  return editor;
}

/** The tabs beside the reader's own code: the fences that run before, with the reader's edits of them. */
function earlierFiles(needed: readonly Fence[], { edit, stores }: PageState): EditorFile[] {
  const fences = needed.filter(({ id }) => stores.takesPart(id));
  const codeOf = ({ id, code }: Fence) => edit(id) ?? code;
  const loose = fences.filter(({ file }) => file === undefined);
  const files = [
    ...(loose.length > 0 ? [{ name: 'earlier.ts', code: loose.map(codeOf).join('\n\n') }] : []),
    ...fences.flatMap((each) => (each.file === undefined ? [] : [{ name: each.file, code: codeOf(each) }])),
  ];
  return files.map(({ name, code }) => {
    const reason = whyTooMuch(code);
    if (reason === undefined) return { name, code };
    return { name, code: `// Not shown in this tab: ${reason}.\n// It stands above, in the snippets themselves.` };
  });
}
