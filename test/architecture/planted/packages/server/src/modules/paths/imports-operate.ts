// violates: rank-paths
import { door } from '../operate/index.ts';

export const seen = door;
