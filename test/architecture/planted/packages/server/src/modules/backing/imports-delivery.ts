// violates: rank-backing
import { door } from '../delivery/index.ts';

export const seen = door;
