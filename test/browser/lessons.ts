import { globSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { extractPage } from '../../src/extract/index.ts';
import type { Fence, StoreName } from '../../src/extract/page.ts';
import type { Recording } from '../../src/extract/recording.ts';

const content = fileURLToPath(new URL('../../content/', import.meta.url));

export interface Lesson {
  /** Where the page is, relative to the site's home. */
  readonly path: string;
  readonly markdown: string;
  /** The stores that the reader can choose from. */
  readonly stores: readonly StoreName[];
  /** The fences that have a Run button; of a choice of store the first alternative, which stands for all. */
  readonly live: readonly Fence[];
  /** What Node printed for each fence, from the recording beside the page. */
  readonly recorded: Recording;
}

/** Every page of `content/`, as the doc tests see it. */
export const lessons: readonly Lesson[] = globSync('**/*.mdx', { cwd: content })
  .filter((file) => !/(^|\/)_/.test(file))
  .sort()
  .map((file) => {
    const markdown = readFileSync(`${content}${file}`, 'utf8');
    const recording = globSync(file.replace(/\.mdx$/, '.recorded.json'), { cwd: content })[0];
    const { fences, stores } = extractPage(markdown, file);
    return {
      path: file === 'index.mdx' ? '' : `${file.replace(/(\/index)?\.mdx$/, '')}/`,
      markdown,
      stores,
      live: fences.filter(
        ({ id, mode, errors, exercise, alternative }) =>
          mode === 'live' &&
          !errors &&
          (exercise === undefined || exercise.part === 'starter') &&
          (alternative === undefined || alternative.choice === id),
      ),
      recorded: recording ? JSON.parse(readFileSync(`${content}${recording}`, 'utf8')) : {},
    };
  });
