// violates: rank-platform
import { door } from '../runtime/index.ts';

export const seen = door;
