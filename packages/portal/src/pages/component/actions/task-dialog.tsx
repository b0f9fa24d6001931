import type { PlacementView, TaskView } from '@pltf/contracts';
import { useMutation, useQuery } from '@tanstack/react-query';
import { type FormEvent, type ReactNode, useState } from 'react';
import { useClient } from '../../../api/client-context.ts';
import { newIdempotencyKey } from '../../../api/idempotency.ts';
import { taskQuery } from '../../../api/queries.ts';
import { LogPanel } from '../../../logs/log-panel.tsx';
import { Button } from '../../../parts/button.tsx';
import { Dialog } from '../../../parts/dialog.tsx';
import { Field } from '../../../parts/field.tsx';
import { Notice, ProblemNotice } from '../../../parts/notice.tsx';
import { StatePill } from '../../../parts/state-mark.tsx';
import { Elapsed } from '../../../parts/time.tsx';
import { shellSigns, splitCommand } from '../command-line.ts';

interface TaskDialogProps {
  readonly placement: PlacementView;
  readonly onClose: () => void;
}

/** Asks for a command, then shows what it writes until it ends. */
export function TaskDialog({ placement, onClose }: TaskDialogProps): ReactNode {
  const [task, setTask] = useState<string>();
  return (
    <Dialog wide title={`Run a one-off task in ${placement.environment}`} onClose={onClose}>
      {task === undefined ? (
        <TaskForm placement={placement} onStarted={setTask} onClose={onClose} />
      ) : (
        <TaskProgress id={task} onAgain={() => setTask(undefined)} onClose={onClose} />
      )}
    </Dialog>
  );
}

interface TaskFormProps extends TaskDialogProps {
  readonly onStarted: (id: string) => void;
}

function TaskForm({ placement, onStarted, onClose }: TaskFormProps): ReactNode {
  const client = useClient();
  const [line, setLine] = useState('');
  const [why, setWhy] = useState('');
  const { argv, problem } = splitCommand(line);
  const signs = shellSigns(argv);
  const start = useMutation({
    mutationFn: () =>
      client.runTask(
        {
          params: { placement: placement.id },
          body: {
            ...(argv.length === 0 ? {} : { command: [...argv] }),
            ...(why.trim() === '' ? {} : { why: why.trim() }),
          },
        },
        { idempotencyKey: newIdempotencyKey() },
      ),
    onSuccess: ({ id }) => onStarted(id),
  });
  const isJob = placement.schedule !== undefined;
  const not = argv.length === 0 && !isJob ? 'Type a command first.' : problem;
  const onSubmit = (event: FormEvent): void => {
    event.preventDefault();
    if (not === undefined && !start.isPending) start.mutate();
  };
  return (
    <form onSubmit={onSubmit}>
      <div className="dialog-body dialog-form">
        <p>
          Runs once beside the instances, in release #
          {placement.serving?.number ?? placement.desired.release} with the same environment, within
          an hour.
        </p>
        <Field
          label="Command"
          {...(isJob ? { optional: true } : { required: true })}
          flaw={line === '' ? undefined : problem}
          help={
            argv.length === 0 ? (
              isJob ? (
                'Empty: the job itself, now. Cut at spaces and quotes; no shell reads it.'
              ) : (
                'Cut at spaces and quotes; no shell reads it.'
              )
            ) : (
              <span className="argv">
                {argv.map((word, index) => (
                  <code key={index} className="tag">
                    {word}
                  </code>
                ))}
              </span>
            )
          }
        >
          {(control) => (
            <input
              {...control}
              className="input input-mono"
              autoComplete="off"
              autoCapitalize="none"
              spellCheck={false}
              maxLength={4000}
              placeholder="node migrate.js"
              value={line}
              onChange={(event) => setLine(event.target.value)}
            />
          )}
        </Field>
        {signs.length === 0 ? null : (
          <Notice tone="warn" title={`${signs.join(' ')} reaches the program as it is`}>
            <p>No shell reads the line. For pipes and variables, run one: sh -c "…".</p>
          </Notice>
        )}
        <Field label="Why" optional>
          {(control) => (
            <input
              {...control}
              className="input"
              maxLength={500}
              value={why}
              onChange={(event) => setWhy(event.target.value)}
            />
          )}
        </Field>
        {start.error === null ? null : <ProblemNotice error={start.error} />}
      </div>
      <div className="dialog-foot">
        <Button onClick={onClose}>Cancel</Button>
        <Button type="submit" look="primary" not={not} busy={start.isPending}>
          Run it
        </Button>
      </div>
    </form>
  );
}

interface TaskProgressProps {
  readonly id: string;
  readonly onAgain: () => void;
  readonly onClose: () => void;
}

function TaskProgress({ id, onAgain, onClose }: TaskProgressProps): ReactNode {
  const client = useClient();
  const task = useQuery(taskQuery(client, id));
  const cancel = useMutation({ mutationFn: () => client.cancelTask({ params: { id } }) });
  const running = task.data?.state === 'running';
  return (
    <>
      <div className="dialog-body dialog-form">
        {task.data === undefined ? null : <TaskFacts task={task.data} />}
        <div className="log-short">
          <LogPanel
            ends
            name={id}
            source={id}
            open={(signal) =>
              client.taskLog({ params: { id }, query: { follow: 'true' } }, { signal })
            }
          />
        </div>
        {cancel.error === null ? null : <ProblemNotice error={cancel.error} />}
      </div>
      <div className="dialog-foot">
        {running ? (
          <Button look="danger" busy={cancel.isPending} onClick={() => cancel.mutate()}>
            Cancel the task
          </Button>
        ) : (
          <Button onClick={onAgain}>Run another</Button>
        )}
        <Button look="primary" onClick={onClose}>
          {running ? 'Close, it goes on' : 'Close'}
        </Button>
      </div>
    </>
  );
}

function TaskFacts({ task }: { readonly task: TaskView }): ReactNode {
  return (
    <p className="row row-wrap" role="status">
      <StatePill state={task.state} />
      <code className="cut">{task.command.join(' ')}</code>
      <Elapsed from={task.startedAt} to={task.finishedAt} />
      {task.exitCode === undefined ? null : (
        <span className="small quiet">exit {task.exitCode}</span>
      )}
      {task.ended === undefined ? null : <span className="small quiet">{task.ended}</span>}
    </p>
  );
}
