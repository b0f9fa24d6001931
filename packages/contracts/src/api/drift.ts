import { z } from 'zod';
import { DriftedField } from '../agent/observed.ts';
import { Instant, PlacementId } from '../names.ts';
import { OperationView } from './catalog.ts';
import { endpoint } from './endpoint.ts';
import { Why } from './shapes.ts';

/** A drifted field, with what is needed to decide about it. */
export const DriftFinding = DriftedField.extend({
  /** Why the platform asks for what it asks for. */
  because: z.string().optional(),
  /** The line behind that: `pltf.yaml:6:14`. */
  where: z.string().optional(),
  /** How often this field was found so in the last 90 days, this time included. */
  times: z.number().int(),
  /** What to do about one that comes again and again. */
  suggestion: z.string().optional(),
  /** The thin file says so already, and the release that runs is from before. */
  adopted: z.boolean().optional(),
});
export type DriftFinding = z.infer<typeof DriftFinding>;

export const DriftView = z.object({
  placement: PlacementId,
  asOf: Instant,
  items: z.array(DriftFinding),
});
export type DriftView = z.infer<typeof DriftView>;

/** Which drifted fields are meant; all of them when nothing is said. */
const Choice = {
  /** `Deployment users-api`. */
  object: z.string().min(1).max(300).optional(),
  /** `.spec.replicas`. */
  field: z.string().min(1).max(1_000).optional(),
};

const tag = 'runtime';
const params = z.object({ placement: PlacementId });

export const driftApi = {
  listDrift: endpoint({
    method: 'GET',
    path: '/drift',
    tag,
    action: 'component:read',
    summary: 'All placements with drift, as they were seen last',
    answer: z.object({
      items: z.array(
        z.object({ placement: PlacementId, asOf: Instant, drift: z.array(DriftedField) }),
      ),
    }),
  }),
  getDrift: endpoint({
    method: 'GET',
    path: '/placements/:placement/drift',
    tag,
    action: 'component:read',
    summary: 'Fields of running objects that are not as the platform asked, looked up now',
    params,
    answer: DriftView,
  }),
  revertDrift: endpoint({
    method: 'POST',
    path: '/placements/:placement/drift/revert',
    tag,
    action: 'component:operate',
    summary: 'Take drifted fields back; all of an object go together',
    params,
    body: z.object({ ...Choice, why: Why }),
    answer: z.object({ reverted: z.array(DriftedField) }),
  }),
  adoptDrift: endpoint({
    method: 'POST',
    path: '/placements/:placement/drift/adopt',
    tag,
    action: 'component:create',
    summary:
      'Write drifted fields into the thin file by a commit, which then goes the ordinary way',
    params,
    body: z.object({ ...Choice, why: Why }),
    answer: OperationView,
    status: 202,
  }),
};
