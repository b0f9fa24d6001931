/* Runs inside the browser: no imports, everything it needs is within. */

/** What is wrong with a page for people who cannot see it well, one sentence each. */
export function auditPage(): readonly string[] {
  const flaws: string[] = [];
  const flaw = (what: string, element: Element): void => {
    const words = (element.textContent ?? '').trim().replace(/\s+/g, ' ').slice(0, 40);
    flaws.push(
      `${what}: <${element.tagName.toLowerCase()} class="${element.getAttribute('class') ?? ''}"> ${words}`,
    );
  };
  const all = <E extends Element = HTMLElement>(selector: string): E[] => [
    ...document.querySelectorAll<E>(selector),
  ];
  const shown = (element: Element): boolean => {
    if (!element.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true }))
      return false;
    const { width, height } = element.getBoundingClientRect();
    return width > 0 && height > 0;
  };
  // Behind an open modal dialog everything is inert: nobody reaches it, nobody reads it.
  const modal = document.querySelector('dialog:modal');
  const reachable = (element: Element): boolean => modal === null || modal.contains(element);

  /** The text that is read out, without what is hidden from reading. */
  const read = (node: Node): string => {
    if (node instanceof Text) return node.data;
    if (!(node instanceof Element) || node.getAttribute('aria-hidden') === 'true') return '';
    const label = node.getAttribute('aria-label');
    if (label !== null) return label;
    if (node instanceof HTMLImageElement) return node.alt;
    return [...node.childNodes].map(read).join(' ');
  };
  const nameOf = (element: Element): string => {
    const by = element.getAttribute('aria-labelledby');
    if (by !== null)
      return by
        .split(/\s+/)
        .map((id) => document.getElementById(id)?.textContent ?? '')
        .join(' ')
        .trim();
    const label = element.getAttribute('aria-label');
    if (label !== null) return label.trim();
    if (
      element instanceof HTMLInputElement ||
      element instanceof HTMLSelectElement ||
      element instanceof HTMLTextAreaElement
    ) {
      return [...(element.labels ?? [])].map(read).join(' ').trim();
    }
    return (read(element).trim() || element.getAttribute('title') || '').trim();
  };

  for (const element of all(
    'a[href], button, input, select, textarea, summary, [role="option"], [role="menuitem"], [role="img"], dialog, [role="log"], nav, table',
  )) {
    const label =
      element instanceof HTMLTableElement ? (element.caption?.textContent ?? '') : nameOf(element);
    if (label === '' && reachable(element)) flaw('has no name', element);
  }
  const ids = new Set<string>();
  for (const element of all('[id]')) {
    if (ids.has(element.id)) flaw(`id ${element.id} twice`, element);
    ids.add(element.id);
  }
  for (const attribute of [
    'aria-labelledby',
    'aria-describedby',
    'aria-controls',
    'aria-activedescendant',
    'for',
  ]) {
    for (const element of all(`[${attribute}]`)) {
      for (const id of (element.getAttribute(attribute) ?? '').split(/\s+/)) {
        if (!ids.has(id)) flaw(`${attribute} names nothing (${id})`, element);
      }
    }
  }
  for (const element of all('[tabindex]'))
    if (element.tabIndex > 0) flaw('jumps in the tab order', element);
  for (const element of all('a a, a button, button a, button button'))
    flaw('is inside another control', element);
  for (const element of all(':is(ul, ol) > :not(li)')) flaw('is no list item', element);
  for (const element of all('a[target="_blank"]')) {
    if (!(element.getAttribute('rel') ?? '').includes('noopener'))
      flaw('hands over the window', element);
    if (!/^https?:/.test(element.getAttribute('href') ?? ''))
      flaw('leads out by another scheme', element);
  }
  if (all('main').length !== 1) flaws.push(`${all('main').length} main landmarks`);
  if (all('h1').filter(shown).length !== 1)
    flaws.push(`${all('h1').filter(shown).length} headings of the first level`);
  if (document.title === '' || document.documentElement.lang === '')
    flaws.push('no title or no language');
  let level = 0;
  for (const heading of all('main :is(h1, h2, h3, h4)')) {
    const own = Number(heading.tagName.slice(1));
    if (own > level + 1) flaw(`skips from level ${level}`, heading);
    level = own;
  }

  type Colour = readonly [number, number, number, number];
  const canvas = document.createElement('canvas');
  canvas.width = 1;
  canvas.height = 1;
  const context = canvas.getContext('2d', { willReadFrequently: true });
  const known = new Map<string, Colour>();
  const colourOf = (text: string): Colour => {
    const held = known.get(text);
    if (held !== undefined) return held;
    if (context === null) return [0, 0, 0, 1];
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = text;
    context.fillRect(0, 0, 1, 1);
    const [red = 0, green = 0, blue = 0, alpha = 0] = context.getImageData(0, 0, 1, 1).data;
    const colour: Colour = [red, green, blue, alpha / 255];
    known.set(text, colour);
    return colour;
  };
  const over = (top: Colour, below: Colour): Colour => {
    const mix = (index: 0 | 1 | 2): number => top[index] * top[3] + below[index] * (1 - top[3]);
    return [mix(0), mix(1), mix(2), 1];
  };
  const backOf = (element: Element): Colour => {
    const layers: Colour[] = [];
    for (let at: Element | null = element; at !== null; at = at.parentElement) {
      const colour = colourOf(getComputedStyle(at).backgroundColor);
      if (colour[3] > 0) layers.push(colour);
      if (colour[3] === 1) break;
    }
    return layers.reduceRight<Colour>((below, top) => over(top, below), [255, 255, 255, 1]);
  };
  const light = ([red, green, blue]: Colour): number => {
    const part = (value: number): number => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    };
    return 0.2126 * part(red) + 0.7152 * part(green) + 0.0722 * part(blue);
  };
  const ratio = (one: Colour, other: Colour): number => {
    const [brighter, darker] = [light(one), light(other)].toSorted(
      (left, right) => right - left,
    ) as [number, number];
    return (brighter + 0.05) / (darker + 0.05);
  };
  const judge = (element: Element, colour: string, what: string): void => {
    const style = getComputedStyle(element);
    const size = Number.parseFloat(style.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700);
    const back = backOf(element);
    const found = ratio(over(colourOf(colour), back), back);
    if (found < (large ? 3 : 4.5)) flaw(`${what} has contrast ${found.toFixed(2)}`, element);
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const judged = new Set<Element>();
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (
      element === null ||
      judged.has(element) ||
      (walker.currentNode.textContent ?? '').trim() === ''
    )
      continue;
    judged.add(element);
    // What cannot be used now may be pale, and what only a screen reader meets has no colour.
    const exempt = element.closest(
      '[aria-disabled="true"], :disabled, .unseen, .skip, script, noscript, option, [aria-busy="true"]',
    );
    if (exempt !== null || !shown(element) || !reachable(element)) continue;
    judge(element, getComputedStyle(element).color, 'text');
  }
  for (const element of all<HTMLInputElement>('input[placeholder], textarea[placeholder]')) {
    if (shown(element) && reachable(element))
      judge(element, getComputedStyle(element, '::placeholder').color, 'placeholder');
  }
  return flaws;
}
