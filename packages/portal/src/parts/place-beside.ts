const gapPx = 4;
const marginPx = 8;

/** Puts a floating element below its button, or above where there is more room, and inside the window. */
export function placeBeside(
  element: HTMLElement,
  button: HTMLElement,
  side: 'start' | 'end',
): void {
  const at = button.getBoundingClientRect();
  const { offsetWidth: width, offsetHeight: height } = element;
  const { innerWidth, innerHeight } = window;
  const below = at.bottom + gapPx;
  const fitsBelow = below + height + marginPx <= innerHeight || at.top < innerHeight - at.bottom;
  const left = side === 'start' ? at.left : at.right - width;
  element.style.left = `${Math.max(marginPx, Math.min(left, innerWidth - width - marginPx))}px`;
  element.style.top = `${fitsBelow ? below : Math.max(marginPx, at.top - gapPx - height)}px`;
}
