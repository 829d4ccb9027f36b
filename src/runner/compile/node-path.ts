/** The little of `node:path` that the compiler's modules call, over the absolute names of a program's modules. */

function resolve(...parts: readonly string[]): string {
  return parts.reduce((base, part) => new URL(part, `file://${base}/`).pathname, '');
}

export function basename(path: string, ending = ''): string {
  const name = path.slice(path.lastIndexOf('/') + 1);
  return ending !== '' && name.endsWith(ending) ? name.slice(0, -ending.length) : name;
}

export function extname(path: string): string {
  const name = basename(path);
  const dot = name.lastIndexOf('.');
  return dot > 0 ? name.slice(dot) : '';
}

function relative(from: string, to: string): string {
  return to.startsWith(`${from}/`) ? to.slice(from.length + 1) : to;
}

export default { sep: '/', resolve, basename, extname, relative };
