import { unified } from '@astrojs/markdown-remark';
import starlight from '@astrojs/starlight';
import { defineConfig } from 'astro/config';
import { PARTS } from './src/extract/parts.ts';
import { fonts } from './src/site/fonts.ts';
import { workbookFiles } from './src/site/integration.ts';
import { rehypeLinks } from './src/site/rehype-links.ts';
import { rehypeSnippets } from './src/site/rehype-snippets.ts';
import { rehypeTables } from './src/site/rehype-tables.ts';
import { remarkComponents } from './src/site/remark-components.ts';

const base = process.env.BASE_PATH || '/';

export default defineConfig({
  site: process.env.SITE_URL || undefined,
  base,
  trailingSlash: 'always',
  devToolbar: { enabled: false },
  // Prefetching would load scripts that the reader has not asked for.
  prefetch: false,
  fonts,
  markdown: {
    // Snippets are highlighted by `rehypeSnippets`, which knows what each fence is for.
    syntaxHighlight: false,
    // The default Markdown engine runs no remark or rehype plugins.
    processor: unified({
      remarkPlugins: [remarkComponents],
      rehypePlugins: [rehypeSnippets, rehypeTables, [rehypeLinks, { base }]],
    }),
  },
  integrations: [
    starlight({
      title: 'Event Sourcing Workbook',
      description: 'Learn event sourcing in TypeScript by running and changing every snippet on the page.',
      favicon: '/favicon.svg',
      credits: false,
      // Starlight looks for its asides and heading links in src/content/docs only, unless told.
      markdown: { processedDirs: ['./content/'] },
      expressiveCode: false,
      customCss: ['./src/styles/index.css'],
      sidebar: PARTS.map(({ label, directory }) => ({
        label,
        items: [{ autogenerate: { directory: `content/${directory}` } }],
      })),
      components: {
        Head: './src/components/starlight/Head.astro',
        Hero: './src/components/starlight/Hero.astro',
        MarkdownContent: './src/components/starlight/MarkdownContent.astro',
        Search: './src/components/starlight/Search.astro',
        SiteTitle: './src/components/starlight/SiteTitle.astro',
        ThemeProvider: './src/components/starlight/ThemeProvider.astro',
        ThemeSelect: './src/components/starlight/ThemeSelect.astro',
      },
    }),
    workbookFiles(),
  ],
  vite: {
    build: {
      // A data URL would need `data:` in a content security policy.
      assetsInlineLimit: 0,
    },
    // Sandpack reads it as soon as it is loaded, and no browser has a `process`. Its client, which would want it, is not used.
    define: { 'process.env.SANDPACK_CLIENT_VERSION': 'undefined' },
    // Found only at the first Edit, they would make the development server start the page over under the reader's hands.
    optimizeDeps: {
      include: [
        '@codemirror/language',
        '@codemirror/state',
        '@codemirror/view',
        '@codesandbox/sandpack-react/unstyled',
        '@lezer/highlight',
        'react',
        'react-dom/client',
        'react/jsx-dev-runtime',
      ],
    },
    // The doc tests write programs and settings there for the type checker; they are nothing to reload for.
    server: { watch: { ignored: ['**/.cache/**'] } },
  },
});
