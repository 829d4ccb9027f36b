import { fontProviders } from 'astro/config';

interface Variant {
  src: [string];
  style: 'normal' | 'italic';
  weight: string;
  display: 'swap';
}

/** A family's Latin subset, from its npm package: one variable file per style, served from this site. */
const variant = (folder: string, style: 'normal' | 'italic', weight: string): Variant => ({
  src: [`@fontsource-variable/${folder}/files/${folder}-latin-wght-${style}.woff2`] as [string],
  style,
  weight,
  display: 'swap',
});

/** Astro adjusts each fallback to the family's metrics, so that text keeps its place when the font arrives. */
export const fonts = [
  {
    provider: fontProviders.local(),
    name: 'Literata',
    cssVariable: '--font-prose',
    fallbacks: ['Georgia', 'serif'],
    options: {
      variants: [variant('literata', 'normal', '200 900'), variant('literata', 'italic', '200 900')] satisfies [
        Variant,
        Variant,
      ],
    },
  },
  {
    provider: fontProviders.local(),
    name: 'Instrument Sans',
    cssVariable: '--font-interface',
    fallbacks: ['system-ui', 'sans-serif'],
    options: { variants: [variant('instrument-sans', 'normal', '400 700')] satisfies [Variant] },
  },
  {
    provider: fontProviders.local(),
    name: 'JetBrains Mono',
    cssVariable: '--font-code',
    fallbacks: ['ui-monospace', 'Consolas', 'monospace'],
    options: { variants: [variant('jetbrains-mono', 'normal', '100 800')] satisfies [Variant] },
  },
];
