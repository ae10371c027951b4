// Values that are made when they are first needed: a formula is checked several times before its flow is used.

/** The same value at every call, made by the first. */
export function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}
