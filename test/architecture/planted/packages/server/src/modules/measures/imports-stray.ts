// violates: rank-measures
import { door } from '../stray/index.ts';

export const seen = door;
