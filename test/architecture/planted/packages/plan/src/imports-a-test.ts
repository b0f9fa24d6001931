// violates: no-tests-in-production
import { door } from './rules.test.ts';

export const seen = door;
