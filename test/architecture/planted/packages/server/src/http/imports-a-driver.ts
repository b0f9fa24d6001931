// violates: layer-http
import { door } from '../drivers/floor.ts';

export const seen = door;
