// violates: package-contracts
import { door } from '../../plan/src/index.ts';

export const seen = door;
