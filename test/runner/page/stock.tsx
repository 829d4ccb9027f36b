/** Sandpack's own components, as they are, on our relay. */
import {
  SandpackCodeEditor,
  SandpackConsole,
  SandpackLayout,
  SandpackProvider,
  SandpackTests,
  useSandpack,
} from '@codesandbox/sandpack-react';
import { useEffect } from 'react';
import { createRoot } from 'react-dom/client';

declare global {
  interface Window {
    /** The types of the relay's messages, in order, repetitions of `console` and `resize` included. */
    messages: string[];
    edit(path: string, code: string): void;
    runSandpack(): void;
    error(): string | undefined;
  }
}

const FILES = {
  '/index.ts': "const text: string = 'hello';\nconsole.log(text, { a: [1] });\n",
  '/index.test.ts':
    "import { describe, expect, test } from 'vitest';\ndescribe('sums', () => {\n  test('are right', () => expect(1 + 1).toBe(2));\n  test('are wrong', () => expect(1 + 1).toBe(3));\n});\n",
};
const bundlerURL = new URL('runner/relay.html', location.href);
const OPTIONS = { bundlerURL: bundlerURL.href, startRoute: bundlerURL.pathname };
const SETUP = { environment: 'parcel', entry: '/index.ts', dependencies: {} } as const;

window.messages = [];
addEventListener('message', ({ data }: MessageEvent) => {
  const detail = data?.status ?? data?.event ?? data?.action ?? data?.compilatonError;
  if (data?.codesandbox) window.messages.push(detail === undefined ? data.type : `${data.type} ${detail}`);
});

function Controls() {
  const { sandpack } = useSandpack();
  useEffect(() => {
    window.edit = (path, code) => sandpack.updateFile(path, code);
    window.runSandpack = () => void sandpack.runSandpack();
    window.error = () => sandpack.error?.message;
  });
  return null;
}

const root = document.createElement('div');
document.body.append(root);
createRoot(root).render(
  <SandpackProvider files={FILES} customSetup={SETUP} options={OPTIONS}>
    <SandpackLayout>
      <SandpackCodeEditor showInlineErrors />
      <SandpackConsole />
      <SandpackTests />
    </SandpackLayout>
    <Controls />
  </SandpackProvider>,
);
