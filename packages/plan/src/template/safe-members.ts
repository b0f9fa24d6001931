import type { RenderMeter } from './limits.ts';
import { internals } from './nunjucks-internals.ts';

type Method = (...args: readonly unknown[]) => unknown;

// Methods that templates use. Not listed: whatever leads to a constructor, a prototype or a callback.
const stringMethods: ReadonlySet<string> = new Set([
  'at',
  'charAt',
  'charCodeAt',
  'codePointAt',
  'concat',
  'endsWith',
  'includes',
  'indexOf',
  'lastIndexOf',
  'localeCompare',
  'match',
  'normalize',
  'padEnd',
  'padStart',
  'repeat',
  'replace',
  'replaceAll',
  'search',
  'slice',
  'split',
  'startsWith',
  'substr',
  'substring',
  'toLowerCase',
  'toString',
  'toUpperCase',
  'trim',
  'trimEnd',
  'trimStart',
  'valueOf',
]);
const arrayMethods: ReadonlySet<string> = new Set([
  'at',
  'concat',
  'flat',
  'includes',
  'indexOf',
  'join',
  'lastIndexOf',
  'pop',
  'push',
  'reverse',
  'shift',
  'slice',
  'sort',
  'splice',
  'toString',
  'unshift',
]);
const numberMethods: ReadonlySet<string> = new Set([
  'toFixed',
  'toPrecision',
  'toString',
  'valueOf',
]);
const patternMethods: ReadonlySet<string> = new Set(['test', 'toString']);

/** The member `key` of a value in a template: own data, or one of the harmless methods. */
export function safeMember(target: unknown, key: unknown, meter: RenderMeter): unknown {
  if (target === undefined || target === null) return undefined;
  const name = typeof key === 'number' ? String(key) : key;
  if (typeof name !== 'string') return undefined;
  if (typeof target === 'string' || target instanceof internals.runtime.SafeString) {
    return ofString(String(target), name, meter);
  }
  if (Array.isArray(target)) return ofArray(target, name, meter);
  if (typeof target === 'number' || typeof target === 'boolean') {
    return numberMethods.has(name) ? bound(target, name) : undefined;
  }
  if (target instanceof RegExp) return patternMethods.has(name) ? bound(target, name) : undefined;
  return isPlain(target) && Object.hasOwn(target, name) ? ofObject(target, name) : undefined;
}

export function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function ofString(text: string, name: string, meter: RenderMeter): unknown {
  if (name === 'length') return text.length;
  if (/^\d{1,9}$/.test(name)) return text[Number(name)];
  if (!stringMethods.has(name)) return undefined;
  const method = bound(text, name);
  return (...args: readonly unknown[]) => {
    meter.tick(1 + Math.ceil(text.length / 1000));
    meter.size(grownLength(text, name, args));
    return method(...args);
  };
}

/** The length that a method can grow a text to, without doing it. */
function grownLength(text: string, name: string, args: readonly unknown[]): number {
  const first = Number(args[0]);
  if (name === 'repeat') return text.length * (first || 0);
  if (name === 'padStart' || name === 'padEnd') return Math.max(text.length, first || 0);
  if (name === 'replaceAll' || name === 'replace') {
    return text.length * Math.max(1, typeof args[1] === 'string' ? args[1].length : 20);
  }
  return text.length;
}

function ofArray(items: readonly unknown[], name: string, meter: RenderMeter): unknown {
  if (name === 'length') return items.length;
  if (/^\d{1,9}$/.test(name)) return items[Number(name)];
  if (!arrayMethods.has(name)) return undefined;
  const method = bound(items, name);
  return (...args: readonly unknown[]) => {
    meter.tick(1 + items.length);
    // A comparator would be a macro: nothing but data goes in.
    return method(...args.filter((argument) => typeof argument !== 'function'));
  };
}

function ofObject(target: Record<string, unknown>, name: string): unknown {
  const value = target[name];
  // Only nunjucks' own cycler holds functions; data from JSON cannot.
  return typeof value === 'function' ? bound(target, name) : value;
}

function bound(target: unknown, name: string): Method {
  const method: unknown = Reflect.get(Object(target) as object, name);
  if (typeof method !== 'function') throw new TypeError(`${name} is not a method`);
  return (...args) => Reflect.apply(method, target, args) as unknown;
}
