// violates: module-known
import { door as floor } from '../../kernel/floor.ts';

export const door = floor;
