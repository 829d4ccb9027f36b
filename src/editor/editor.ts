/** What the page sees of an editor. Its code, with React and Sandpack, is loaded when the first one is opened. */
export interface EditorFile {
  /** A short file name, unique within the editor. */
  readonly name: string;
  readonly code: string;
}

export interface EditorOptions {
  /** The element whose content the editor takes the place of. */
  readonly host: HTMLElement;
  /** Where the tabs go; they replace what stands there. */
  readonly tabs: HTMLElement;
  readonly file: EditorFile;
  /** The code that runs before, to be read only. */
  readonly earlier: readonly EditorFile[];
  readonly onChange: (code: string) => void;
  /** Whether a change must not be made, for what the code would be after it. The reader is told by whoever refuses. */
  readonly refuse: (code: string) => boolean;
  /** The reader asked for a run from the keyboard. */
  readonly onRun: () => void;
}

export interface Editor {
  focus(): void;
  setCode(code: string): void;
  setEarlier(files: readonly EditorFile[]): void;
  /** Marks lines (from 1) as wrong, and no others. */
  markErrors(lines: readonly number[]): void;
}
