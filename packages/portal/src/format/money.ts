/** `€61.90` of a decimal as text, exactly; a currency that the browser does not know keeps its letters. */
export function money(amount: string, currency: string): string {
  if (!/^[A-Z]{3}$/.test(currency) || !/^-?\d+(?:\.\d+)?$/.test(amount))
    return `${amount} ${currency}`;
  return new Intl.NumberFormat('en', { style: 'currency', currency }).format(
    amount as Intl.StringNumericLiteral,
  );
}

/** Of how much a budget is used, 0 to 1 and beyond; undefined without one. For drawing, not for counting. */
export function shareOf(amount: string, budget: string | undefined): number | undefined {
  const whole = Number(budget);
  if (budget === undefined || !(whole > 0)) return undefined;
  return Number(amount) / whole;
}
