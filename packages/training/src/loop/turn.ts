// A turn of the event loop, in Node and in a page.

const channel = typeof setImmediate === 'function' ? undefined : new MessageChannel();
const waiting: (() => void)[] = [];
if (channel) channel.port1.onmessage = () => waiting.shift()?.();

/**
 * Resolves after other events had their turn. A page has no `setImmediate`, and its timers wait for 4 ms; a message to
 * itself does not.
 */
export const nextTurn = (): Promise<void> =>
  new Promise((resolve) => {
    if (!channel) {
      setImmediate(resolve);
      return;
    }
    waiting.push(resolve);
    channel.port2.postMessage(0);
  });
