import { type Extension, Prec } from '@codemirror/state';
import { type EditorView, keymap } from '@codemirror/view';
import {
  type CodeEditorRef,
  SandpackCodeEditor,
  SandpackProvider,
  useSandpack,
} from '@codesandbox/sandpack-react/unstyled';
import { useEffect, useLayoutEffect, useMemo, useRef } from 'react';
import { createRoot } from 'react-dom/client';
import type { Editor, EditorFile, EditorOptions } from './editor.ts';
import { errorLines, setErrorLines } from './error-lines.ts';
import { highlighting } from './highlighting.ts';
import { limit } from './limit.ts';
import { createTabs } from './tabs.ts';

/**
 * Opens a Sandpack editor in place of a snippet's highlighted code. Only Sandpack's editor is used: without a preview
 * and with `autorun` off it starts no client, so nothing of a bundler is ever loaded. Running is the page's business.
 */
export function openEditor(options: EditorOptions): Promise<Editor> {
  const { host } = options;
  const place = document.createElement('div');
  // Until the editor stands, the highlighted code stays in view and keeps the place.
  place.className = 'snippet-editor is-opening';
  host.append(place);
  return new Promise((resolve, reject) => {
    const root = createRoot(place, {
      onUncaughtError: (error) => {
        root.unmount();
        place.remove();
        reject(error);
      },
    });
    const ready = (editor: Editor) => {
      for (const other of [...host.children]) if (other !== place) other.remove();
      place.classList.remove('is-opening');
      resolve(editor);
    };
    root.render(<SnippetEditor {...options} ready={ready} />);
  });
}

type Ready = EditorOptions & { readonly ready: (editor: Editor) => void };

function SnippetEditor(options: Ready) {
  const { file, earlier, onRun, refuse } = options;
  // Sandpack starts over whenever it is given other files: later changes go through its own state instead.
  const [files, extensions] = useMemo(() => {
    const entries = [
      [pathOf(file.name), { code: file.code, active: true }] as const,
      ...earlier.map(({ name, code }) => [pathOf(name), { code, readOnly: true }] as const),
    ];
    return [Object.fromEntries(entries), extensionsFor(onRun, refuse)];
  }, [file, earlier, onRun, refuse]);
  return (
    <SandpackProvider files={files} options={{ autorun: false, autoReload: false, initMode: 'immediate' }}>
      <Pane {...options} extensions={extensions} />
    </SandpackProvider>
  );
}

function Pane({ file, tabs, earlier, onChange, ready, extensions }: Ready & { readonly extensions: Extension[] }) {
  const { sandpack } = useSandpack();
  const codeMirror = useRef<CodeEditorRef>(null);
  const pane = useRef<HTMLDivElement>(null);
  const own = pathOf(file.name);
  const now = useRef(sandpack);
  now.current = sandpack;
  const bar = useMemo(() => createTabs(tabs, (name) => now.current.setActiveFile(pathOf(name))), [tabs]);

  // Sandpack names the pane after a tab of its own, which is not there: the tabs are the page's.
  useLayoutEffect(() => {
    const panel = pane.current?.querySelector<HTMLElement>('[role="tabpanel"]');
    const name = sandpack.activeFile.slice(1);
    bar.select(name);
    if (panel) bar.label(panel, name);
  }, [sandpack.activeFile, bar]);

  // Another file has a view of its own, and this one's is made anew when the reader comes back to it.
  const errors = useRef<readonly number[]>([]);
  const markErrors = (): void => {
    if (now.current.activeFile === own)
      viewOf(codeMirror.current)?.dispatch({ effects: setErrorLines.of(errors.current) });
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: while the view stays, it keeps its marks by itself.
  useEffect(markErrors, [sandpack.activeFile]);

  const code = sandpack.files[own]?.code;
  const last = useRef(code);
  useEffect(() => {
    if (code === undefined || code === last.current) return;
    last.current = code;
    onChange(code);
  }, [code, onChange]);

  // biome-ignore lint/correctness/useExhaustiveDependencies: the editor is made once.
  useEffect(() => {
    const shown = [file.name, ...earlier.map(({ name }) => name)];
    bar.show(shown);
    ready({
      focus() {
        now.current.setActiveFile(own);
        // The file's own view may have to be drawn first.
        requestAnimationFrame(() => viewOf(codeMirror.current)?.focus());
      },
      setCode(text) {
        last.current = text;
        now.current.updateFile(own, text, false);
      },
      setEarlier(files: readonly EditorFile[]) {
        for (const { name, code } of files) {
          if (now.current.files[pathOf(name)]?.code !== code)
            now.current.updateFile({ [pathOf(name)]: { code, readOnly: true } });
        }
      },
      markErrors(lines) {
        errors.current = lines;
        markErrors();
      },
    });
  }, []);

  return (
    <div ref={pane}>
      <SandpackCodeEditor
        ref={codeMirror}
        showTabs={false}
        showRunButton={false}
        showReadOnly={false}
        initMode="immediate"
        extensions={extensions}
      />
    </div>
  );
}

function viewOf(editor: CodeEditorRef | null): EditorView | undefined {
  return editor?.getCodemirror();
}

/** Sandpack knows files by absolute paths. */
function pathOf(name: string): string {
  return `/${name}`;
}

function extensionsFor(onRun: () => void, refuse: (code: string) => boolean): Extension[] {
  const run = () => {
    onRun();
    return true;
  };
  // CodeMirror's own binding of this key inserts a line; it stands before any that Sandpack lets through.
  return [Prec.highest(keymap.of([{ key: 'Mod-Enter', run }])), highlighting, errorLines, limit(refuse)];
}
