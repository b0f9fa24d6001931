// violates: layer-modules
import { door } from '../../drivers/floor.ts';

export const seen = door;
