/** What `import … from 'vitest'` means on a page: the workbook's small test runner. */
import type { TestApi } from '../../probe/vitest.ts';

export declare const test: TestApi['test'];
export declare const it: TestApi['it'];
export declare const describe: TestApi['describe'];
export declare const beforeEach: TestApi['beforeEach'];
export declare const afterEach: TestApi['afterEach'];
export declare const expect: TestApi['expect'];
