export { type RemoteOptions, remoteLog } from './client.ts';
export { type ServeOptions, serveLog } from './server.ts';
