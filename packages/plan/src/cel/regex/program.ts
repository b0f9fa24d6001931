import { CelFailure } from '../values/failure.ts';
import type { CharacterTest } from './classes.ts';
import type { Place, RegexNode } from './syntax.ts';

/** One instruction of a compiled pattern; places are indexes of instructions. */
export type Instruction =
  | { readonly kind: 'character'; readonly test: CharacterTest }
  | { readonly kind: 'place'; readonly place: Place }
  | { readonly kind: 'split'; first: number; second: number }
  | { readonly kind: 'jump'; to: number }
  | { readonly kind: 'match' };

const largestProgram = 5000;

/** Compiles a tree into instructions that are run over all ways at once. */
export function programOf(node: RegexNode): readonly Instruction[] {
  const program: Instruction[] = [];
  emit(node, program);
  program.push({ kind: 'match' });
  return program;
}

function put<Kind extends Instruction>(program: Instruction[], instruction: Kind): Kind {
  if (program.length >= largestProgram)
    throw new CelFailure(
      'not a regular expression: too large once its repetitions are written out',
    );
  program.push(instruction);
  return instruction;
}

function emit(node: RegexNode, program: Instruction[]): void {
  switch (node.kind) {
    case 'empty':
      return;
    case 'character':
      put(program, { kind: 'character', test: node.test });
      return;
    case 'place':
      put(program, { kind: 'place', place: node.place });
      return;
    case 'sequence':
      for (const part of node.parts) emit(part, program);
      return;
    case 'choice':
      emitChoice(node.parts, program);
      return;
    case 'repeat':
      emitRepeat(node, program);
  }
}

function emitChoice(parts: readonly RegexNode[], program: Instruction[]): void {
  const ends: { to: number }[] = [];
  parts.forEach((part, index) => {
    if (index === parts.length - 1) return emit(part, program);
    const split = put(program, { kind: 'split', first: program.length + 1, second: 0 });
    emit(part, program);
    ends.push(put(program, { kind: 'jump', to: 0 }));
    split.second = program.length;
  });
  for (const end of ends) end.to = program.length;
}

/** A way on and a way past; the greedy one tries the way on first. */
function emitSplit(program: Instruction[], lazy: boolean): (past: number) => void {
  const on = program.length + 1;
  const split = put(program, { kind: 'split', first: on, second: on });
  return (past) => {
    if (lazy) split.first = past;
    else split.second = past;
  };
}

function emitRepeat(node: RegexNode & { kind: 'repeat' }, program: Instruction[]): void {
  for (let count = 0; count < node.least; count += 1) emit(node.part, program);
  if (node.most === undefined) {
    const start = program.length;
    const past = emitSplit(program, node.lazy);
    emit(node.part, program);
    put(program, { kind: 'jump', to: start });
    past(program.length);
    return;
  }
  const ends: ((past: number) => void)[] = [];
  for (let count = node.least; count < node.most; count += 1) {
    ends.push(emitSplit(program, node.lazy));
    emit(node.part, program);
  }
  for (const past of ends) past(program.length);
}
