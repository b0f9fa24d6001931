// violates: nothing
import { door } from '../modules/repos/index.ts';

export const seen = door;
