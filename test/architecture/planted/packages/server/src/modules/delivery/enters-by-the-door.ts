// violates: nothing
import { door } from '../repos/index.ts';

export const seen = door;
