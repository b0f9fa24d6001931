// violates: layer-kernel
import { door } from '../persistence/floor.ts';

export const seen = door;
