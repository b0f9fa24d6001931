import type { ExceptionState } from '@pltf/contracts';
import type { Tone } from '../../../format/wellness.ts';

export const exceptionWords: Readonly<Record<ExceptionState, string>> = {
  pending: 'Waiting',
  approved: 'In force',
  rejected: 'Rejected',
  revoked: 'Revoked',
  withdrawn: 'Withdrawn',
  expired: 'Expired',
};

export const exceptionTones: Readonly<Record<ExceptionState, Tone>> = {
  pending: 'busy',
  approved: 'warn',
  rejected: 'quiet',
  revoked: 'quiet',
  withdrawn: 'quiet',
  expired: 'bad',
};
