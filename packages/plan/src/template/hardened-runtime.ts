import { jinjaMember, jinjaName, slice } from './jinja-members.ts';
import type { RenderMeter } from './limits.ts';
import { internals, type Runtime } from './nunjucks-internals.ts';
import { isPlain, safeMember } from './safe-members.ts';

/**
 * Nunjucks looks members up along prototypes, so `x.constructor.constructor('…')()` runs code. This runtime
 * gives own data and harmless methods only, and counts every step.
 */
export function hardenedRuntime(meter: RenderMeter, jinja: boolean): Runtime {
  const member = (target: unknown, key: unknown): unknown =>
    (jinja ? jinjaMember(target, key, meter) : undefined) ?? safeMember(target, key, meter);
  return {
    ...internals.runtime,
    memberLookup: (...args) => {
      meter.tick();
      return jinja && args.length === 4 ? slice(args, meter) : member(args[0], args[1]);
    },
    contextOrFrameLookup: (context, frame, name) => {
      meter.tick();
      const local = frame.lookup(name);
      if (local !== undefined) return local;
      if (Object.hasOwn(context.ctx, name)) return context.ctx[name];
      if (Object.hasOwn(context.env.globals, name)) return context.env.globals[name];
      return jinja ? jinjaName(name) : undefined;
    },
    callWrap: (callee, name, _context, args) => {
      meter.tick();
      if (typeof callee !== 'function') throw new TypeError(`${name} cannot be called`);
      return Reflect.apply(callee, undefined, args) as unknown;
    },
    suppressValue: (value) => {
      meter.tick();
      // A function printed would show how the renderer is made.
      if (value === undefined || value === null || typeof value === 'function') return '';
      const text = typeof value === 'object' ? printed(value) : value;
      meter.produced(typeof text === 'string' ? text.length : 1);
      return text;
    },
    fromIterator: (value) => {
      meter.loop(lengthOf(value));
      return value;
    },
  };
}

/** What JavaScript would print, without asking an object how. */
function printed(value: object): string {
  if (Array.isArray(value)) return value.map((item: unknown) => printedItem(item)).join(',');
  if (value instanceof internals.runtime.SafeString) return value.toString();
  return value instanceof RegExp ? value.toString() : '[object Object]';
}

const printedItem = (item: unknown): string => {
  if (item === undefined || item === null || typeof item === 'function') return '';
  return typeof item === 'object' ? printed(item) : `${item as string | number | boolean}`;
};

function lengthOf(value: unknown): number {
  if (Array.isArray(value) || typeof value === 'string') return value.length;
  return isPlain(value) ? Object.keys(value).length : 0;
}
