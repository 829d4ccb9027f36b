import runtime from 'workbook:runtime';

export function compiled(name: string): WebAssembly.Module {
  const binary = runtime.binary(name);
  if (binary instanceof WebAssembly.Module) return binary;
  throw new TypeError(`${name} is no code for WebAssembly.`);
}
