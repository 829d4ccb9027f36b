export { extractPage } from './extract.ts';
export type * from './page.ts';
