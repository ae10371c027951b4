// How much smaller the pictures of short runs are, in width and in height.
export const SMALLER = 8;
