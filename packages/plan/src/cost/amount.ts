import Big from 'big.js';

/** Money as decimals: sums are exact, and only what is shown is rounded, half up to two places. */
export type Amount = Big;

/** An amount from its text (`"0.0125"`) or a count. */
export const amount = (value: string | number): Amount => new Big(value);

export const sum = (amounts: Iterable<Amount>): Amount => {
  let total = new Big(0);
  for (const one of amounts) total = total.plus(one);
  return total;
};

/** `"12.50"`. */
export const shownAmount = (value: Amount): string => value.toFixed(2, Big.roundHalfUp);

/** A rate or quantity as short as it is exact, at most so many places: `"0.0125"`. */
export const shownRate = (value: Amount, places = 6): string =>
  value.round(places, Big.roundHalfUp).toString();
