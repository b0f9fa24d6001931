import { backstageFilters, type FilterOptions } from './filters.ts';
import { hardenedRuntime } from './hardened-runtime.ts';
import { cloneJson, type JsonObject } from './json.ts';
import type { RenderMeter } from './limits.ts';
import {
  type CompiledTemplate,
  type Environment,
  type EnvironmentOptions,
  internals,
} from './nunjucks-internals.ts';
import { templateGlobals } from './template-globals.ts';
import { checkedSyntax, isSingleExpression } from './template-syntax.ts';

export interface EngineOptions {
  readonly meter: RenderMeter;
  readonly filters: FilterOptions;
  /** `{{ }}` tags, Python's names and methods, and the filter `jsonify`. */
  readonly cookiecutter?: boolean;
  readonly trimBlocks?: boolean;
  readonly lstripBlocks?: boolean;
}

/** Nunjucks as Backstage sets it up: no escaping, `${{ }}` tags, its filters; hardened and counted. */
export interface TemplateEngine {
  /** Renders with a copy of `context`; throws an Error that says line and column where known. */
  render(text: string, context: JsonObject): string;
  /** Whether the text is one expression and nothing else; throws when it cannot be parsed. */
  isSingle(text: string): boolean;
}

export function createEngine(options: EngineOptions): TemplateEngine {
  const { meter, cookiecutter = false } = options;
  const settings: EnvironmentOptions = {
    autoescape: false,
    trimBlocks: options.trimBlocks ?? false,
    lstripBlocks: options.lstripBlocks ?? false,
    tags: { variableStart: cookiecutter ? '{{' : '${{', variableEnd: '}}' },
  };
  const environment = hardenedEnvironment(settings, options);
  const compiled = new Map<string, CompiledTemplate>();
  const runtime = hardenedRuntime(meter, cookiecutter);

  const compile = (text: string): CompiledTemplate => {
    const template = withJinja(cookiecutter, () => {
      checkedSyntax(text, settings);
      return new internals.Template(text, environment, 'template', true);
    });
    const root = template.rootRenderFunc;
    template.rootRenderFunc = (env, context, frame, _unsafe, done) => {
      root(env, context, frame, runtime, done);
    };
    return template;
  };

  return {
    isSingle: (text) => isSingleExpression(checkedSyntax(text, settings)),
    render: (text, context) => {
      meter.begin(text.length);
      const template = compiled.get(text) ?? compile(text);
      compiled.set(text, template);
      return renderCounted(template, context, meter);
    },
  };
}

function renderCounted(
  template: CompiledTemplate,
  context: JsonObject,
  meter: RenderMeter,
): string {
  let rendered: string | null;
  try {
    rendered = template.render(cloneJson(context));
  } catch (error) {
    // Nunjucks wraps what its runtime throws; an exceeded limit is to be seen as what it is.
    throw meter.exceeded ?? error;
  }
  if (meter.exceeded !== undefined) throw meter.exceeded;
  if (rendered === null) throw new Error('the template did not finish');
  return rendered;
}

/** Nunjucks' Python syntax is a patch of its prototypes, so it is put in for the one compilation only. */
function withJinja<T>(enabled: boolean, work: () => T): T {
  const uninstall = enabled ? internals.installJinjaCompat() : undefined;
  try {
    return work();
  } finally {
    uninstall?.();
  }
}

/** Look-up tables without prototypes, so that no name leads to what was not put there. */
function hardenedEnvironment(settings: EnvironmentOptions, options: EngineOptions): Environment {
  const { meter } = options;
  const environment = new internals.Environment([], settings);
  const filters: Environment['filters'] = {
    ...environment.filters,
    ...backstageFilters(options.filters),
  };
  const { dump } = environment.filters;
  if (options.cookiecutter && dump !== undefined) filters['jsonify'] = dump;
  environment.filters = Object.create(null) as Environment['filters'];
  for (const [name, filter] of Object.entries(filters)) {
    environment.filters[name] = countedFilter(name, filter, meter);
  }
  environment.tests = Object.assign(Object.create(null) as object, environment.tests);
  environment.extensions = Object.create(null) as Environment['extensions'];
  environment.globals = templateGlobals(meter);
  return environment;
}

/** Filters whose number argument is the size of what they make. */
const sizedFilters: ReadonlySet<string> = new Set(['batch', 'center', 'indent', 'slice']);
const largestWidth = 100_000;

type Filter = Environment['filters'][string];

function countedFilter(name: string, filter: Filter, meter: RenderMeter): Filter {
  return function counted(this: unknown, ...args) {
    const plain = args.map(withoutMarks);
    meter.tick(1 + Math.ceil(sizeOf(plain[0]) / 100));
    if (sizedFilters.has(name) && Number(plain[1]) > largestWidth) {
      throw new RangeError(`${name}: ${String(plain[1])} is more than ${largestWidth}`);
    }
    const result = withoutMarks(Reflect.apply(filter, this, plain));
    meter.size(sizeOf(result));
    return result;
  };
}

/** Nunjucks marks escaped text with an object of its own, which without escaping only gets in the way. */
const withoutMarks = (value: unknown): unknown =>
  value instanceof internals.runtime.SafeString ? String(value) : value;

const sizeOf = (value: unknown): number =>
  typeof value === 'string' || Array.isArray(value) ? value.length : 0;
