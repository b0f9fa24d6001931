// violates: main-imported-by-nobody
import { door } from '../main.ts';

export const seen = door;
