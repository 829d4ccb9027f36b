import type { EditorFile } from '../../editor/editor.ts';
import type { Fence } from '../../extract/page.ts';
import { whyTooMuch } from './fits.ts';
import type { PageState } from './page-state.ts';

/** The tabs beside the reader's own code: the fences that run before, with the reader's edits of them. */
export function earlierFiles(needed: readonly Fence[], { edit, stores }: PageState): EditorFile[] {
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
