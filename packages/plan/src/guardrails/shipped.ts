import type { Guardrail } from '@pltf/contracts';
import { shippedDocuments } from './shipped-documents.ts';

/** The guardrails that come with the product, in their documents' order; the caller's own copy. Their YAML lies in `shipped/`. */
export const shippedGuardrails = (): readonly Guardrail[] =>
  shippedDocuments.map((text) => JSON.parse(text) as Guardrail);
