// violates: module-doors-from-outside
import { door } from '../modules/repos/push-rules.ts';

export const seen = door;
