// Constants of a flow, made at their first use: a flow that is too large is refused by its shapes, before its masks are
// allocated.

/** The same value at every call, made by the first. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
