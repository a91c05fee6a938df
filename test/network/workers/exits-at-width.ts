/** At pixels of this width the faulty worker ends instead of deflating them. */
export const EXITS_AT_WIDTH = 77;
