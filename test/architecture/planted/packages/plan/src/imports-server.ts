// violates: package-plan
import { door } from '../../server/src/index.ts';

export const seen = door;
