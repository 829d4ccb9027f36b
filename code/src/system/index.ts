export { WaitTimeoutError } from '../index.ts';
export type { BackoffOptions } from './backoff.ts';
export { SystemError } from './errors.ts';
export { type PipeStatus, Runner, type RunnerOptions, type WaitOptions } from './runner.ts';
export type { Failure } from './station.ts';
export { type ApplicationClass, type Edge, type FollowerDefinition, System, type SystemNode } from './system.ts';
