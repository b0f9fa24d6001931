import { PltfError } from '@pltf/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RenderMeter, type TemplateLimits, templateLimits } from './limits.ts';
import { createEngine } from './template-engine.ts';

const engineWith = (limits: Partial<TemplateLimits> = {}, cookiecutter = false) => {
  const meter = new RenderMeter({ ...templateLimits, ...limits }, () => performance.now());
  return createEngine({ meter, filters: { random: () => 0 }, cookiecutter });
};

const context = {
  text: 'abc',
  list: ['x', 'y'],
  object: { inner: { deep: 1 }, toString: 'own' },
  number: 7,
  nothing: null,
};

const render = (text: string, limits: Partial<TemplateLimits> = {}): string =>
  engineWith(limits).render(text, context);

/** What rendering gives, or the message of its error: either way no code of the template's choice ran. */
const outcome = (text: string): string => {
  try {
    return render(text);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};

describe('a template cannot leave its data', () => {
  it.each([
    'text.constructor',
    'list.constructor',
    'object.constructor',
    'number.constructor',
    'object.__proto__',
    'text.__proto__',
    "object['constr' ~ 'uctor']",
    'list.map',
    'list.filter',
    'object.hasOwnProperty',
    'object.inner.constructor',
    'constructor',
    '__proto__',
    'toString',
    'hasOwnProperty',
    'globalThis',
    'process',
    'require',
    'range.constructor',
    'text.split.constructor',
    'cycler(1).constructor',
    'joiner().constructor',
    'text.at.apply',
    'list.__defineGetter__',
  ])('sees nothing at %s', (expression) => {
    expect(render(`[\${{ ${expression} }}]`)).toBe('[]');
  });

  it.each([
    '${{ text.constructor.constructor("return 6*7")() }}',
    '${{ range.constructor("return 6*7")() }}',
    '${{ (text | valueOf).env }}',
    '${{ text | constructor }}',
    '${{ text | __defineGetter__("x") }}',
    '${{ text is constructor }}',
    '{% set x = text.sub.constructor %}${{ x("return 6*7")() }}',
    '{% macro m() %}{% endmacro %}${{ m.constructor("return 6*7")() }}',
    '${{ list.sort.constructor("return 6*7")() }}',
    '{% for k in object.__proto__ %}42{% endfor %}',
    '${{ text.replace("a", text.constructor) }}',
  ])('runs no code with %s', (text) => {
    expect(outcome(text)).not.toContain('42');
  });

  it.each([
    '${{ a"^String`42`^" }}',
    '${{ x | f"^String`42`^" }}',
    '{% block b"^String`42`^" %}{% endblock %}',
    '{% set v"^String`42`^" = 1 %}',
    '{% macro m"x() %}{% endmacro %}',
    '${{ text is "x\\"), String(42), (\\"" }}',
    '{% for i`42` in list %}{% endfor %}',
  ])('refuses names that would become code: %s', (text) => {
    expect(() => render(text)).toThrow(/is not a name|without quotes|expected|parse/);
  });

  it.each(['include "x"', 'extends "x"', 'import "x" as y', 'from "x" import y'])(
    'has no {%% %s %%}',
    (tag) => {
      expect(() => render(`{% ${tag} %}`)).toThrow('is not available here');
    },
  );

  it('keeps what JSON data may be named, and its own methods', () => {
    const own = JSON.parse('{"__proto__": "data", "constructor": "mine"}') as never;

    expect(engineWith().render('${{ own.constructor }} ${{ own["__proto__"] }}', { own })).toBe(
      'mine data',
    );
    expect(({} as Record<string, unknown>)['data']).toBeUndefined();
    expect(
      render(
        '${{ text.toUpperCase() }} ${{ text.length }} ${{ text[1] }} ${{ text.split("").join("-") }}',
      ),
    ).toBe('ABC 3 b a-b-c');
    expect(
      render(
        '${{ list.indexOf("y") }} ${{ number.toFixed(2) }} ${{ list | join(",") }} ${{ object.inner.deep }}',
      ),
    ).toBe('1 7.00 x,y 1');
    expect(render('{% set re = r/^a/ %}${{ re.test(text) }}')).toBe('true');
    expect(render('${{ list }} ${{ object }} ${{ nothing }}')).toBe('x,y [object Object] ');
  });

  it('changes nothing outside: neither the caller’s data nor the next rendering', () => {
    const engine = engineWith();
    const data = { list: ['x'], object: { a: 1 } };

    engine.render('${{ list.push("y") }}{% set __proto__ = object %}{% set range = 1 %}', data);

    expect(data).toEqual({ list: ['x'], object: { a: 1 } });
    expect(engine.render('${{ range(2) }}${{ list }}', data)).toBe('0,1x');
    expect(({} as Record<string, unknown>)['a']).toBeUndefined();
  });

  it('finds no function at any path of names, in any kind of value', () => {
    const names = fc.constantFrom(
      'constructor',
      '__proto__',
      'prototype',
      'call',
      'apply',
      'bind',
      'valueOf',
      'env',
      'ctx',
      'caller',
      'arguments',
      'deep',
      'inner',
      'length',
      '0',
    );
    const roots = fc.constantFrom(
      'text',
      'list',
      'object',
      'number',
      'range',
      'cycler',
      'joiner',
      'text.split',
      'list.join',
      'object.inner',
    );
    fc.assert(
      fc.property(roots, fc.array(names, { minLength: 1, maxLength: 5 }), (root, path) => {
        const rendered = render(`\${{ ${root}${path.map((name) => `["${name}"]`).join('')} }}`);

        expect(rendered).not.toMatch(/function|native|=>/);
      }),
    );
  });
});

describe('a template cannot run away', () => {
  const small = { renderMs: 300, operations: 100_000 };
  const stopped = (text: string, limits: Partial<TemplateLimits> = small): PltfError => {
    try {
      render(text, limits);
    } catch (error) {
      if (error instanceof PltfError) return error;
      throw error;
    }
    throw new Error('it was not stopped');
  };

  it.each([
    '${{ range(1000000000) | length }}',
    '{% for a in range(100000) %}{% for b in range(100000) %}x{% endfor %}{% endfor %}',
    '{% for a in range(3000) %}{% for b in range(3000) %}${{ a }}{% endfor %}{% endfor %}',
    '${{ text.repeat(1000000000) }}',
    '${{ text.padEnd(1000000000) }}',
    '{% macro m(n) %}{% for i in range(10) %}${{ m(n - 1) if n > 0 }}{% endfor %}{% endmacro %}${{ m(8) }}',
  ])('stops %s', (text) => {
    const started = performance.now();

    expect(stopped(text)).toMatchObject({
      code: 'template-invalid',
      detail: expect.stringContaining('Rendering was stopped') as string,
    });
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it('stops endless recursion, and filters that would make huge texts', () => {
    expect(outcome('{% macro m() %}${{ m() }}{% endmacro %}${{ m() }}')).toMatch(
      /call stack|stopped/,
    );
    expect(
      outcome(
        '{% set x = "aaaaaaaaaa" %}{% for i in range(40) %}{% set x = x ~ x %}{% endfor %}${{ x }}',
      ),
    ).toMatch(/Invalid string length|stopped/);
    expect(outcome('${{ text | center(1000000000) }}')).toContain('more than 100000');
    expect(outcome('${{ text | indent(1000000000) }}')).toContain('more than 100000');
  });

  it('stops by the clock it is given', () => {
    let time = 0;
    const meter = new RenderMeter(templateLimits, () => (time += 1_000));
    const engine = createEngine({ meter, filters: { random: () => 0 } });

    expect(() => engine.render('{% for i in range(5000) %}${{ i }}{% endfor %}', {})).toThrow(
      'more than 2000 ms',
    );
  });

  it('refuses texts too large to template', () => {
    expect(stopped('x'.repeat(20), { sourceCharacters: 10 }).detail).toContain('too large');
  });

  it('has room for what real templates do', () => {
    expect(render('{% for i in range(2000) %}${{ i }}{% endfor %}')).toHaveLength(6_890);
  });
});

describe('data is only data', () => {
  it('comes out of `dump` as the same data, whatever it holds', () => {
    const engine = engineWith();
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(engine.render('${{ value | dump }}', { value: value as never }))).toEqual(
          JSON.parse(JSON.stringify(value)),
        );
      }),
    );
  });

  it('comes out of a plain expression as the same text, whatever it holds', () => {
    const engine = engineWith();
    const piece = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('${{', '}}', '{%', '%}', '{#', '#}', '{% raw %}', '\\', '"', '\n', '`'),
    );
    fc.assert(
      fc.property(
        fc.array(piece).map((pieces) => pieces.join('')),
        (value) => {
          expect(engine.render('<${{ value }}>', { value })).toBe(`<${value}>`);
        },
      ),
    );
  });

  it('renders any text without tags as itself', () => {
    const engine = engineWith();
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }).filter((text) => !/\{[{%#]/.test(text)),
        (text) => {
          expect(engine.render(text, {})).toBe(text);
        },
      ),
    );
  });
});
