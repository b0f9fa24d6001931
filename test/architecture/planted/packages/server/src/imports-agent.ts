// violates: package-server
import { door } from '../../agent/src/index.ts';

export const seen = door;
