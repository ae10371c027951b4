// A worker's side of the conversation with the page.

/** Takes a message of the page. */
export type Receiver = (message: unknown) => void | Promise<void>;

/** Sends a message to the page; buffers in `moved` are handed over without a copy. */
export const tell = (message: object, moved: readonly ArrayBuffer[] = []): void =>
  (self as unknown as { postMessage(message: object, moved: readonly ArrayBuffer[]): void }).postMessage(
    message,
    moved,
  );
