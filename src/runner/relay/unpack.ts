/** The first bytes of what gzip has packed. */
const GZIP = [0x1f, 0x8b];

/**
 * Reads and unpacks a binary file. Some servers take a packed file for one that they have packed themselves, and browsers
 * then unpack it: so what is not packed any more is taken as it is.
 *
 * @param listen is told how many bytes have come
 */
export async function unpack(response: Response, listen: (loaded: number) => void): Promise<ArrayBuffer> {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let loaded = 0;
  const reader = response.body?.getReader();
  for (;;) {
    const read = await reader?.read();
    if (!read || read.done) break;
    chunks.push(read.value);
    loaded += read.value.length;
    listen(loaded);
  }
  const received = new Blob(chunks);
  const start = new Uint8Array(await received.slice(0, GZIP.length).arrayBuffer());
  if (!GZIP.every((byte, index) => start[index] === byte)) return received.arrayBuffer();
  return new Response(received.stream().pipeThrough(new DecompressionStream('gzip'))).arrayBuffer();
}
