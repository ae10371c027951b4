declare module 'jasmine-core/lib/jasmine-core/jasmine.js' {
  const jasmineRequire: { core(self: unknown): unknown; interface(jasmine: unknown, environment: unknown): unknown };
  export default jasmineRequire;
}
