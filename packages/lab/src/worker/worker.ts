// The page's worker: everything that takes longer than a frame.
export {};
