/** Paints text for a terminal, or leaves it alone. */
export interface Style {
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly red: (text: string) => string;
  readonly green: (text: string) => string;
  readonly yellow: (text: string) => string;
  readonly cyan: (text: string) => string;
}

const paint = (open: number, close: number) => (text: string) =>
  text === '' ? '' : `\x1b[${open}m${text}\x1b[${close}m`;
const leave = (text: string): string => text;

const painted: Style = {
  bold: paint(1, 22),
  dim: paint(2, 22),
  red: paint(31, 39),
  green: paint(32, 39),
  yellow: paint(33, 39),
  cyan: paint(36, 39),
};
const plain: Style = {
  bold: leave,
  dim: leave,
  red: leave,
  green: leave,
  yellow: leave,
  cyan: leave,
};

export const styleFor = (colours: boolean): Style => (colours ? painted : plain);
