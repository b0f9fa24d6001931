import type { Command } from './command.ts';
import type { Argument, Definition, Group, Option } from './definition.ts';
import { globalOptions } from './global-options.ts';
import type { Style } from './output/style.ts';

const groupTitles: Readonly<Record<Group, string>> = {
  begin: 'Begin',
  make: 'Make and remove',
  deliver: 'Deliver and operate',
  look: 'Look',
  people: 'People and rights',
  tools: 'Tools',
};

const startsWith = (path: readonly string[], words: readonly string[]) =>
  words.every((word, at) => path[at] === word);

/** The help for a command, a group of commands, or the whole program. */
export function helpText(
  path: readonly string[],
  commands: readonly Command[],
  style: Style,
): string {
  const all = commands.map(({ definition }) => definition);
  const exact = all.find((each) => each.path.length === path.length && startsWith(each.path, path));
  if (exact !== undefined && path.length > 0) return commandHelp(exact, style);
  const below = all.filter((each) => startsWith(each.path, path) && each.hidden !== true);
  return path.length === 0 ? programHelp(below, style) : groupHelp(path, below, style);
}

/** Help is as wide everywhere, so that it can be compared and quoted. */
const lineCells = 80;

/** Two columns, the first as wide as its widest entry; what is too long goes on below itself. */
function columns(rows: readonly (readonly [string, string])[], wide = 0): string[] {
  const width = Math.max(wide, ...rows.map(([left]) => left.length));
  return rows.flatMap(([left, right]) =>
    wrap(right, lineCells - width - 4).map((line, at) =>
      `  ${(at === 0 ? left : '').padEnd(width)}  ${line}`.trimEnd(),
    ),
  );
}

function wrap(text: string, cells: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const line = lines.at(-1);
    if (line !== undefined && line.length + 1 + word.length <= cells) {
      lines[lines.length - 1] = `${line} ${word}`;
    } else lines.push(word);
  }
  return lines;
}

function programHelp(all: readonly Definition[], { bold, dim }: Style): string {
  const called = ({ path }: Definition) => path.join(' ');
  const wide = Math.max(...all.map((each) => called(each).length));
  const groups = (Object.keys(groupTitles) as Group[]).flatMap((group) => {
    const inside = all.filter((each) => each.group === group);
    if (inside.length === 0) return [];
    const lines = columns(
      inside.map((each) => [called(each), each.summary]),
      wide,
    );
    return [bold(groupTitles[group]), ...lines, ''];
  });
  return [
    `${bold('pltf')}: from one line to a running service, and everything after that.`,
    '',
    ...groups,
    ...[...optionLines(globalOptions, bold('Options of every command')), ''],
    dim('pltf COMMAND --help shows a command with an example.'),
  ].join('\n');
}

function groupHelp(path: readonly string[], all: readonly Definition[], { bold }: Style): string {
  return [
    `${bold('Usage')}  pltf ${path.join(' ')} COMMAND`,
    '',
    ...columns(all.map((each) => [each.path.join(' '), each.summary])),
    '',
    `pltf ${path.join(' ')} COMMAND --help shows a command with an example.`,
  ].join('\n');
}

function commandHelp(definition: Definition, { bold, dim }: Style): string {
  const { details, options = {}, examples } = definition;
  const named = Object.entries(definition.arguments ?? {});
  const hasOptions = Object.keys(options).length > 0;
  return [
    `${definition.summary}.`,
    ...(details === undefined ? [] : ['', ...wrap(details, lineCells)]),
    '',
    `${bold('Usage')}  pltf ${signature(definition)}`,
    '',
    ...(named.length === 0
      ? []
      : [bold('Arguments'), ...columns(named.map((entry) => argumentRow(...entry))), '']),
    ...(hasOptions ? [...optionLines(options, bold('Options')), ''] : []),
    ...(definition.passesOn === true
      ? []
      : [...optionLines(globalOptions, bold('Options of every command')), '']),
    bold(examples.length === 1 ? 'Example' : 'Examples'),
    ...examples.flatMap(({ line, does }) => [
      `  ${line}`,
      ...wrap(does, lineCells - 6).map((text) => `      ${dim(text)}`),
    ]),
  ].join('\n');
}

/** A command as it is typed: its words, its arguments, options, and what follows `--`. */
function signature({ path, rest, options = {}, arguments: named = {} }: Definition): string {
  const placeholders = Object.entries(named).map(([name, argument]) => {
    const word = `${name.toUpperCase()}${argument.many === true ? '…' : ''}`;
    return argument.optional === true ? `[${word}]` : word;
  });
  const optional = Object.keys(options).length > 0 ? ['[OPTIONS]'] : [];
  return [...path, ...placeholders, ...optional, ...(rest === undefined ? [] : [rest])].join(' ');
}

const argumentRow = (name: string, argument: Argument): readonly [string, string] => [
  `${name.toUpperCase()}${argument.many === true ? '…' : ''}`,
  withChoices(argument.summary, argument.choices),
];

const withChoices = (summary: string, choices: readonly string[] | undefined): string =>
  choices === undefined ? summary : `${summary} (${choices.join(', ')})`;

function optionLines(options: Readonly<Record<string, Option>>, title: string): string[] {
  const rows = Object.entries(options).map(([name, option]) => {
    const short = option.short === undefined ? '    ' : `-${option.short}, `;
    const value = option.type === 'flag' ? '' : ` ${option.value ?? 'VALUE'}`;
    return [`${short}--${name}${value}`, withChoices(option.summary, option.choices)] as const;
  });
  return [title, ...columns(rows)];
}
