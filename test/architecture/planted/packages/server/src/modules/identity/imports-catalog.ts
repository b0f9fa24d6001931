// violates: rank-identity
import { door } from '../catalog/index.ts';

export const seen = door;
