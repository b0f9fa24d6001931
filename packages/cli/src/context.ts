import type { Client } from '@pltf/contracts';
import type { Config, Connection, ConnectionOptions } from './config.ts';
import type { Definition } from './definition.ts';
import type { Input } from './input.ts';
import type { Output } from './output/output.ts';

/** What every handler may use: output, input, the platform's API, and how the user wants the answer. */
export interface Context {
  /** Results. */
  readonly out: Output;
  /** Progress, questions and errors. */
  readonly err: Output;
  readonly input: Input;
  readonly json: boolean;
  readonly yes: boolean;
  readonly config: Config;
  /** Every command there is. */
  readonly definitions: readonly Definition[];
  /** `--url` and `--token` as typed. */
  readonly given: ConnectionOptions;
  /** Aborted by the first Ctrl-C or SIGTERM; a second one ends the program. Who never reads it is ended by the first. */
  readonly interrupted: AbortSignal;
  /** Where the platform is and who asks. */
  connection(): Connection;
  /** The typed client of the public API; throws `unauthenticated` when nobody is signed in. */
  api(): Promise<Client>;
}
