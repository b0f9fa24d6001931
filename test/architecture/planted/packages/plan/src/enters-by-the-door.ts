// violates: nothing
import { door } from '../../contracts/src/index.ts';

export const seen = door;
