// violates: package-cli
import { door } from '../../agent/src/index.ts';

export const seen = door;
