import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import sirv from 'sirv';

export interface Served {
  /** Where the site's home page is, with its base path: `http://localhost:40123/some/base/`. */
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/** Serves a folder as a plain static host does: no rewriting, no headers of its own, 404 for what is not there. */
export async function serve(folder: string, base = '/'): Promise<Served> {
  const files = sirv(folder, { dev: true, etag: true });
  const server: Server = createServer((request, response) => {
    const notFound = () => {
      response.writeHead(404).end();
    };
    if (!request.url?.startsWith(base)) return notFound();
    request.url = `/${request.url.slice(base.length)}`;
    files(request, response, notFound);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://localhost:${port}${base}`,
    port,
    close: () =>
      new Promise((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}
