// The flights of the space shuttle before its last of January 1986, and the distress of their O-rings.

/**
 * 23 flights, in order: temperature of the joints in °F, pressure of the leak check in psi, and whether a primary
 * O-ring of the field joints showed distress (erosion or blow-by).
 *
 * Facts from the Report of the Presidential Commission on the Space Shuttle Challenger Accident, 1986, a work of the
 * United States government and so in the public domain (17 U.S.C. § 105); arranged as in Dalal, Fowlkes & Hoadley 1989,
 * Journal of the American Statistical Association 84, table 1. The motors of flight 4 were lost at sea: it is left out.
 */
export const oRingFlights: readonly (readonly [temperature: number, pressure: number, hasDistress: 0 | 1])[] = [
  [66, 50, 0],
  [70, 50, 1],
  [69, 50, 0],
  [68, 50, 0],
  [67, 50, 0],
  [72, 50, 0],
  [73, 100, 0],
  [70, 100, 0],
  [57, 200, 1],
  [63, 200, 1],
  [70, 200, 1],
  [78, 200, 0],
  [67, 200, 0],
  [53, 200, 1],
  [67, 200, 0],
  [75, 200, 0],
  [70, 200, 0],
  [81, 200, 0],
  [76, 200, 0],
  [79, 200, 0],
  [75, 200, 1],
  [76, 200, 0],
  [58, 200, 1],
];
