import { z } from 'zod';

/** Anything that JSON can say. One schema for all, so that the API's description has one shape of it. */
export const JsonValue = z.json();
