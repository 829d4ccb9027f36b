/** A part of the workbook: a folder of `content/`, and its title in the sidebar. */
export interface Part {
  readonly label: string;
  readonly directory: string;
}

/** The parts of the workbook in reading order. A lesson joins a part by lying in its folder. */
export const PARTS: readonly Part[] = [
  { label: 'Why event sourcing', directory: 'why' },
  { label: 'Getting started', directory: 'getting-started' },
  { label: 'Aggregates', directory: 'aggregates' },
  { label: 'Applications', directory: 'applications' },
  { label: 'Over time', directory: 'over-time' },
  { label: 'Systems', directory: 'systems' },
  { label: 'From scratch', directory: 'from-scratch' },
  { label: 'Guides', directory: 'guides' },
];

/** The start page is what the others hang on. */
const HOME = /^index\.mdx?$/;

/**
 * Looks for pages that the sidebar would not show, so that nothing would lead a reader to them.
 *
 * @param pages the paths of pages within `content/`
 * @returns a sentence for each folder with such pages, and for each such page in none
 */
export function unlisted(pages: readonly string[], parts: readonly Part[] = PARTS): readonly string[] {
  const listed = new Set(parts.map(({ directory }) => directory));
  const lost = pages
    .map((page) => page.replaceAll('\\', '/'))
    .filter((page) => !HOME.test(page) && !listed.has(folderOf(page)))
    .sort();
  return [...Map.groupBy(lost, folderOf)].flatMap(([folder, own]) => {
    if (folder === '')
      return own.map(
        (page) =>
          `content/${page} lies in no part, so nothing leads a reader to it: move it into one of the folders of content/.`,
      );
    return [
      `No page leads to ${own.map((page) => `content/${page}`).join(', ')}: the sidebar has no part for this folder. Add { label: '…', directory: '${folder}' } to PARTS in src/extract/parts.ts, where readers should come to it.`,
    ];
  });
}

function folderOf(page: string): string {
  return page.includes('/') ? page.slice(0, page.indexOf('/')) : '';
}
