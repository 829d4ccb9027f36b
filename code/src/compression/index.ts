/** `eventsourcing/compression` where there is no Node. `./node.ts` is the same on Node's own zlib. */
import { zlibSync } from 'fflate';
import type { Compressor, FromEnv } from '../index.ts';
import { zlibFrom } from './from-env.ts';
import { inflate } from './inflate.ts';
import { ZlibCompressor, type ZlibOptions } from './zlib.ts';

export type { ZlibOptions } from './zlib.ts';

/**
 * Compresses the states of events and snapshots, those that get smaller by it. States that were stored without it are
 * read as well, so it can be switched on at any time.
 *
 * @throws {ArgumentError} if an option is not valid.
 * @example
 * ```ts
 * import { Aggregate, Application, event, memory } from 'eventsourcing';
 * import { zlib } from 'eventsourcing/compression';
 *
 * @event('Page.Written', 'body')
 * class Page extends Aggregate {
 *   constructor(readonly body: string) { super(); }
 * }
 *
 * class Wiki extends Application {
 *   static aggregates = [Page];
 * }
 *
 * const store = memory();
 * const wiki = new Wiki({ store, compressor: zlib() });
 * const page = new Page('All work and no play. '.repeat(100));
 * await wiki.save(page);
 *
 * const [stored] = await store.recorder('Wiki').select(page.id);
 * console.log(page.body.length, (stored?.state.length ?? 0) < 200); // 2200 true
 * console.log((await wiki.repository.get(Page, page.id)).body.length); // 2200
 * ```
 */
export function zlib(options: ZlibOptions = {}): Compressor {
  return new ZlibCompressor(options, { deflate: (bytes, level) => zlibSync(bytes, { level }), inflate });
}

/**
 * The compressor `zlib` from variables, for `fromEnv`.
 *
 * @example
 * ```ts
 * import { Application, fromEnv } from 'eventsourcing';
 * import { zlibFromEnv } from 'eventsourcing/compression';
 *
 * const options = fromEnv(Application, { COMPRESSOR_LEVEL: '9' }, { compressors: { zlib: zlibFromEnv } });
 * console.log(Object.keys(options)); // [ 'compressor' ]
 * ```
 */
export const zlibFromEnv: FromEnv<Compressor> = zlibFrom(zlib);
