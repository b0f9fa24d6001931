// violates: rank-repos
import { door } from '../runtime/index.ts';

export const seen = door;
