// violates: package-portal
import { door } from '../../server/src/index.ts';

export const seen = door;
