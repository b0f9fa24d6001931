// violates: package-agent
import { door } from '../../plan/src/index.ts';

export const seen = door;
