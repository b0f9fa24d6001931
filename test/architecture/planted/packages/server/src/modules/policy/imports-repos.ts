// violates: rank-policy
import { door } from '../repos/index.ts';

export const seen = door;
