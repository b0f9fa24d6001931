// violates: rank-catalog
import { door } from '../identity/index.ts';

export const seen = door;
