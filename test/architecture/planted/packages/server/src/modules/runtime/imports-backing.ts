// violates: rank-runtime
import { door } from '../backing/index.ts';

export const seen = door;
