export { type AssembleOptions, assemble, SCOPE_MODULE } from './assemble.ts';
export { type FenceClaim, readClaims } from './claims.ts';
export { type CompileOptions, compile } from './compile.ts';
export { CompileError, type CompileProblem } from './error.ts';
export { createLocator, locate } from './locate.ts';
export { type ImportRules, LIVE_IMPORTS, LIVE_MODULES } from './modules.ts';
export type { Place } from './place.ts';
export * from './program.ts';
