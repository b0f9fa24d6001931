import type { Library } from '../evaluation/scope.ts';
import { namedFormats } from '../kubernetes/named-formats.ts';
import { networks } from '../kubernetes/network.ts';
import { quantities } from '../kubernetes/quantity.ts';
import { semvers } from '../kubernetes/semver.ts';
import { urls } from '../kubernetes/url.ts';
import { conversions } from './conversions.ts';
import { lists } from './lists.ts';
import { operators } from './operators.ts';
import { optionals } from './optionals.ts';
import { regex } from './regex.ts';
import { sets } from './sets.ts';
import { strings } from './strings.ts';
import { time } from './time.ts';

let whole: Library | undefined;

/** Every function that an expression may call. */
export function celLibrary(): Library {
  whole ??= merge([
    operators,
    conversions,
    strings,
    time,
    regex,
    optionals,
    lists,
    sets,
    quantities,
    semvers,
    networks,
    urls,
    namedFormats,
  ]);
  return whole;
}

function merge(libraries: readonly Library[]): Library {
  return {
    functions: Object.assign(
      {},
      ...libraries.map(({ functions }) => functions),
    ) as Library['functions'],
    methods: Object.assign({}, ...libraries.map(({ methods }) => methods)) as Library['methods'],
  };
}
