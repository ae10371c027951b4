// The forms of data that likelihoods describe.

/**
 * The form of data: bits; grey values in [0, 1]; the 256 levels of a byte as grey values k/255; real numbers; counts,
 * whole numbers from 0; columns of a table, some of which are bits or one-hot categories.
 */
export type DataForm = 'bits' | 'grey' | 'levels' | 'real' | 'counts' | 'columns';
