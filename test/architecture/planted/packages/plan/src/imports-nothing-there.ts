// violates: no-unresolved
import { door } from './not-there.ts';

export const seen = door;
