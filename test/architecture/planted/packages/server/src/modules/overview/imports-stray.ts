// violates: rank-overview
import { door } from '../stray/index.ts';

export const seen = door;
