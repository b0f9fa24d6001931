// violates: no-development-packages-in-production
import { test } from 'vitest';

export const seen = test;
