import type { RenderMeter } from './limits.ts';
import { isPlain, safeMember } from './safe-members.ts';

// What Python's values can do in templates written for cookiecutter (`cookiecutterCompat`).

/** `True`, `False` and `None`, which Python spells so. */
export function jinjaName(name: string): boolean | null | undefined {
  if (name === 'True') return true;
  if (name === 'False') return false;
  return name === 'None' ? null : undefined;
}

/** A method of a Python list or dict, or undefined. */
export function jinjaMember(target: unknown, key: unknown, meter: RenderMeter): unknown {
  if (typeof key !== 'string') return undefined;
  if (Array.isArray(target)) return ofList(target, key, meter);
  return isPlain(target) && !Object.hasOwn(target, key) ? ofDictionary(target, key) : undefined;
}

function ofList(items: unknown[], key: string, meter: RenderMeter): unknown {
  switch (key) {
    case 'append':
      return (item: unknown) => {
        meter.tick();
        items.push(item);
        return null;
      };
    case 'count':
      return (item: unknown) => items.filter((candidate) => candidate === item).length;
    case 'index':
    case 'find':
      return (item: unknown) => items.indexOf(item);
    case 'insert':
      return (index: unknown, item: unknown) => {
        items.splice(Number(index), 0, item);
        return null;
      };
    case 'pop':
      return (index: unknown) =>
        index === undefined ? items.pop() : items.splice(Number(index), 1)[0];
    default:
      return undefined;
  }
}

function ofDictionary(target: Record<string, unknown>, key: string): unknown {
  switch (key) {
    case 'items':
    case 'iteritems':
      return () => Object.entries(target);
    case 'keys':
    case 'iterkeys':
      return () => Object.keys(target);
    case 'values':
    case 'itervalues':
      return () => Object.values(target);
    case 'get':
      return (name: unknown, fallback: unknown) =>
        Object.hasOwn(target, String(name)) ? target[String(name)] : fallback;
    case 'has_key':
      return (name: unknown) => Object.hasOwn(target, String(name));
    default:
      return undefined;
  }
}

/** `list[start:stop:step]`. */
export function slice(args: readonly unknown[], meter: RenderMeter): readonly unknown[] {
  const [target, start, stop, step] = args;
  const items = typeof target === 'string' ? [...target] : Array.isArray(target) ? target : [];
  const stride = typeof step === 'number' && step !== 0 ? step : 1;
  const at = (value: unknown, otherwise: number): number => {
    if (typeof value !== 'number') return otherwise;
    return value < 0 ? value + items.length : value;
  };
  const first = at(start, stride > 0 ? 0 : items.length - 1);
  const last = at(stop, stride > 0 ? items.length : -1);
  const taken: unknown[] = [];
  for (let index = first; stride > 0 ? index < last : index > last; index += stride) {
    if (index < 0 || index >= items.length) break;
    taken.push(safeMember(items, index, meter));
  }
  return taken;
}
