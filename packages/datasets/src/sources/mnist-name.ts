// The data set that needs no file.

/** Whether a text is its name. */
export const isMnistName = (text: string): boolean => text === 'mnist';
