export { isChosen } from './choices.ts';
export { extractPage } from './extract.ts';
export type * from './page.ts';
export { isStoreName, STORES } from './stores.ts';
