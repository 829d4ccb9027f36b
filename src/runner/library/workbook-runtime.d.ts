declare module 'workbook:runtime' {
  const runtime: import('./runtime.ts').Runtime;
  export default runtime;
}
