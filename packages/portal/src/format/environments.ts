const usual = ['preview', 'dev', 'test', 'qa', 'staging', 'prod'];

/** Environments in the order of promotion as far as it is known: the usual ones, then others by name. */
export function environmentOrder(names: Iterable<string>): readonly string[] {
  const place = (name: string): number => {
    const at = usual.indexOf(name);
    return at < 0 ? usual.indexOf('prod') - 0.5 : at;
  };
  return [...new Set(names)].toSorted(
    (one, other) => place(one) - place(other) || one.localeCompare(other, 'en'),
  );
}
