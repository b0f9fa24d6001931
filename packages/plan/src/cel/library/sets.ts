import { charge, type Frame, weight } from '../evaluation/frame.ts';
import type { Library } from '../evaluation/scope.ts';
import type { CelData, CelList } from '../values/cel-value.ts';
import { equal } from '../values/equality.ts';
import { needList } from './arguments.ts';

function has(frame: Frame, list: CelList, value: CelData): boolean {
  return list.items.some((item) => {
    charge(frame, 1 + weight(item));
    return equal(frame, item, value);
  });
}

function contains(frame: Frame, whole: CelData | undefined, part: CelData | undefined): boolean {
  const list = needList(whole, 'sets');
  return needList(part, 'sets').items.every((item) => has(frame, list, item));
}

export const sets: Library = {
  functions: {
    'sets.contains/2': contains,
    'sets.equivalent/2': (frame, left, right) =>
      contains(frame, left, right) && contains(frame, right, left),
    'sets.intersects/2': (frame, left, right) => {
      const list = needList(left, 'sets.intersects()');
      return needList(right, 'sets.intersects()').items.some((item) => has(frame, list, item));
    },
  },
  methods: {},
};
