// violates: rank-operate
import { door } from '../measures/index.ts';

export const seen = door;
