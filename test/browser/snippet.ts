import type { Locator, Page } from 'playwright-core';
import { normalise } from '../../src/doctest/normalise.ts';

/** One live fence on a page, handled as a reader handles it: by its buttons and its console. */
export class Snippet {
  readonly figure: Locator;
  readonly console: Locator;

  constructor(page: Page, fence: string) {
    this.figure = page.locator(`figure[data-snippet][data-fence="${fence}"]`);
    this.console = this.figure.getByRole('log', { name: 'Console' });
  }

  press(name: 'Run' | 'Stop' | 'Edit' | 'Reset'): Promise<void> {
    return this.figure.getByRole('button', { name, exact: true }).click();
  }

  status(): Promise<string | null> {
    return this.figure.getAttribute('data-status');
  }

  /** Waits until the run that is going on has ended, and tells how. */
  async ended(): Promise<string | null> {
    await this.figure
      .and(this.figure.page().locator('[data-status=done],[data-status=stopped],[data-status=error]'))
      .waitFor();
    return await this.status();
  }

  async run(): Promise<{ status: string | null; text: string }> {
    await this.press('Run');
    const status = await this.ended();
    return { status, text: await this.text() };
  }

  /** What the console shows, as a reader who copies it gets it, with ids and times replaced. */
  async text(): Promise<string> {
    return normalise((await this.console.innerText()).trimEnd());
  }

  /** Opens the editor and puts `code` in the place of what is there. */
  async type(code: string): Promise<void> {
    await this.press('Edit');
    const editor = this.figure.locator('.cm-content[contenteditable=true]');
    await editor.waitFor();
    await editor.fill(code);
  }

  /** The code that the reader sees, in the editor if it is open. */
  async code(): Promise<string> {
    const lines = this.figure.locator('.cm-line');
    if ((await lines.count()) > 0) return (await lines.allTextContents()).join('\n');
    return (await this.figure.locator('pre').first().textContent()) ?? '';
  }
}
