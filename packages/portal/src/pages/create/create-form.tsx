import type { GoldenPathView } from '@pltf/contracts';
import { useMutation } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useMemo, useRef, useState } from 'react';
import { useLocation } from 'wouter';
import { useClient } from '../../api/client-context.ts';
import { newIdempotencyKey } from '../../api/idempotency.ts';
import { isAway, troubleOf } from '../../api/problems.ts';
import { Button } from '../../parts/button.tsx';
import { ProblemNotice } from '../../parts/notice.tsx';
import { BaseFields } from './base-fields.tsx';
import { type Base, type Draft, flawsOf, questionsOf, requestOf } from './draft.ts';
import { FieldView } from './form/field-view.tsx';
import type { FormState } from './form/form-state.ts';
import type { Values } from './form/json-schema.ts';
import { type FormField, formPages } from './form/schema-fields.ts';
import { defaultsOf, withOpenedDefaults, withValue } from './form/schema-values.ts';
import { PlanPanel } from './plan-panel.tsx';
import { placeProblems } from './problem-places.ts';
import { usePlan } from './use-plan.ts';

interface CreateFormProps {
  readonly path: GoldenPathView;
  readonly owners: readonly string[];
  /** Kept when one tries another golden path. */
  readonly base: Base;
  readonly onBase: (base: Base) => void;
}

/** The form on the left, what it would make on the right. */
export function CreateForm({ path, owners, base, onBase }: CreateFormProps): ReactNode {
  const client = useClient();
  const [, go] = useLocation();
  const questions = useMemo(() => questionsOf(path), [path]);
  const [values, setValues] = useState<Values>(() => defaultsOf(questions.pages));
  const draft: Draft = { ...base, values };
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const [tried, setTried] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const request = requestOf(path, questions, draft);
  const live = usePlan(request);
  const pages = formPages(questions.pages, draft.values, () => false);
  const create = useCreate(client, (id) => go(`/operations/${id}`));
  const answered = create.error === null ? [] : troubleOf(create.error).errors;
  const fields = new Set([
    'name',
    'owner',
    'description',
    'ci',
    ...pages.flatMap(({ fields: own }) => own.flatMap(allPaths)),
  ]);
  // A problem that belongs to what was typed before is not shown to what is typed now.
  const placed = placeProblems([...answered, ...(live.behind ? [] : live.problems)], fields);
  const own = flawsOf(questions, draft);
  const flaws = visible(
    own,
    placed.byField,
    (field) => tried || left.has(field) || (field === 'name' && draft.name !== ''),
  );
  const leave = (field: string): void => setLeft((before) => new Set([...before, field]));
  const state: FormState = {
    values: draft.values,
    flaws,
    onChange: (place, value) =>
      setValues((before) =>
        withOpenedDefaults(questions.pages, before, withValue(before, place, value) as Values),
      ),
    onLeave: (place) => leave(place.join('.')),
  };
  const onSubmit = (event: FormEvent): void => {
    event.preventDefault();
    setTried(true);
    if (own.size > 0)
      requestAnimationFrame(() =>
        form.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus(),
      );
    else if (!create.isPending) create.mutate(request);
  };
  return (
    <div className="create">
      <form
        ref={form}
        className="panel"
        noValidate
        onSubmit={onSubmit}
        aria-label={`Create from ${path.title}`}
      >
        <div className="panel-body stack">
          <BaseFields
            draft={draft}
            owners={owners}
            flaws={flaws}
            onChange={(change) => onBase({ ...base, ...change })}
            onLeave={leave}
          />
          {pages.map((page, index) => (
            <section key={page.title ?? `page ${index}`} className="form-page">
              {page.title === undefined ? null : <h2>{page.title}</h2>}
              {page.description === undefined ? null : (
                <p className="field-help">{page.description}</p>
              )}
              {page.fields.map((field) => (
                <FieldView key={field.path.join('.')} field={field} form={state} />
              ))}
            </section>
          ))}
          {create.error === null ? null : <ProblemNotice error={create.error} />}
        </div>
        <div className="form-foot">
          <p className="small quiet" role="status">
            {tried && own.size > 0
              ? `${own.size} ${own.size === 1 ? 'field needs' : 'fields need'} another look`
              : ''}
          </p>
          <Button type="submit" look="primary" busy={create.isPending}>
            {create.isPending ? 'Creating…' : own.has('name') ? 'Create' : `Create ${draft.name}`}
          </Button>
        </div>
      </form>
      <PlanPanel live={live} others={placed.others} named={draft.name !== ''} />
    </div>
  );
}

const allPaths = (field: FormField): readonly string[] => [
  field.path.join('.'),
  ...field.fields.flatMap(allPaths),
];

/** Sent again after a lost answer it carries the same key, so that it is created once. */
function useCreate(client: ReturnType<typeof useClient>, onAccepted: (operation: string) => void) {
  const sent = useRef({ body: '', key: '' });
  return useMutation({
    mutationFn: (request: ReturnType<typeof requestOf>) => {
      const body = JSON.stringify(request);
      if (sent.current.body !== body) sent.current = { body, key: newIdempotencyKey() };
      return client.createComponent({ body: request }, { idempotencyKey: sent.current.key });
    },
    onSuccess: ({ id }) => onAccepted(id),
    onError: (error) => {
      // An answer that says no is remembered under its key; the next attempt is another one.
      if (!isAway(error)) sent.current = { body: '', key: '' };
    },
  });
}

/** Our own findings come first: they are there at once. The platform's are added where we found nothing. */
function visible(
  own: ReadonlyMap<string, string>,
  platform: ReadonlyMap<string, { readonly message: string; readonly fix?: string | undefined }>,
  seen: (field: string) => boolean,
): ReadonlyMap<string, string> {
  const flaws = new Map<string, string>();
  for (const [field, { message, fix }] of platform) {
    if (seen(field)) flaws.set(field, fix === undefined ? message : `${message}. ${fix}`);
  }
  for (const [field, message] of own) if (seen(field)) flaws.set(field, message);
  return flaws;
}
