// violates: layer-engine
import { door } from '../http/floor.ts';

export const seen = door;
