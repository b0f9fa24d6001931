// violates: package-doors
import { door } from '../../contracts/src/inner.ts';

export const seen = door;
