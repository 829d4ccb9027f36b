import { basename } from 'node:path';
import type { TaskMeta } from 'vitest';
import type { SerializedError, TestCase, TestModule, TestSuite, Vitest } from 'vitest/node';
import './shown.ts';

/** Prints what each proof has shown, in a line, and the errors of those that fail. */
export default class ProofReporter {
  #vitest: Vitest | undefined;

  onInit(vitest: Vitest): void {
    this.#vitest = vitest;
  }

  onTestCaseResult(test: TestCase): void {
    const { state, errors } = test.result();
    // A suite hands its own line on to its tests.
    const isOfSuite = test.parent.meta().shown !== undefined;
    if (state === 'passed' && !isOfSuite) this.#print(test.module, test.meta(), test.name);
    if (state === 'failed') this.#fail(test.module, test.fullName, errors);
  }

  onTestSuiteResult(suite: TestSuite): void {
    if (suite.state() === 'passed' && suite.meta().shown !== undefined)
      this.#print(suite.module, suite.meta(), suite.name);
  }

  onTestModuleEnd(module: TestModule): void {
    const errors = module.errors();
    if (errors.length > 0) this.#fail(module, 'before its first test', errors);
    console.log(`${module.ok() ? 'ok    ' : 'FAILED'} ${nameOf(module)}: ${seconds(module)} s\n`);
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly SerializedError[]): void {
    for (const error of errors) this.#vitest?.logger.printError(error);
    const failed = modules.filter((module) => !module.ok());
    const [first] = failed;
    if (first) console.log(`Failed. Run one alone with: npm run prove -- ${nameOf(first)}`);
    console.log(`${modules.length - failed.length} passed, ${failed.length} failed`);
  }

  #print(module: TestModule, { shown }: TaskMeta, name: string): void {
    console.log(`${nameOf(module)}: ${shown ?? name}`);
  }

  #fail(module: TestModule, name: string, errors: readonly SerializedError[] = []): void {
    console.log(`${nameOf(module)}: FAILED: ${name}`);
    for (const error of errors) this.#vitest?.logger.printError(error, { project: module.project });
  }
}

function nameOf(module: TestModule): string {
  return basename(module.moduleId, '.test.ts');
}

function seconds(module: TestModule): string {
  return (module.diagnostic().duration / 1000).toFixed(0);
}
