// violates: module-doors
import { door } from '../repos/push-rules.ts';

export const seen = door;
