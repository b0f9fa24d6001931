// violates: rank-fleet
import { door } from '../operate/index.ts';

export const seen = door;
