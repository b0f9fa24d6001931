// violates: layer-drivers
import { door } from '../http/floor.ts';

export const seen = door;
