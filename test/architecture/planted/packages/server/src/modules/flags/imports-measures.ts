// violates: rank-flags
import { door } from '../measures/index.ts';

export const seen = door;
