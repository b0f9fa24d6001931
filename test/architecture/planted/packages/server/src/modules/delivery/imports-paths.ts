// violates: rank-delivery
import { door } from '../paths/index.ts';

export const seen = door;
