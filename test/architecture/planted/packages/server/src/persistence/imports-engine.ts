// violates: layer-persistence
import { door } from '../engine/floor.ts';

export const seen = door;
