import { createHash, randomBytes, randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const secretLength = 30;
const checksumLength = 6;
const wellFormed = /^pltf_(?:pat|mat)_[0-9A-Za-z]{36}$/;

/**
 * A new token: `pltf_pat_` for people or `pltf_mat_` for machines, 30 base-62 digits (178 bits) and a CRC-32 of
 * what is before it in 6, so that scanners know one from afar and a mistyped one never reaches the database.
 */
export function newTokenText(kind: 'personal' | 'machine'): string {
  let text = kind === 'personal' ? 'pltf_pat_' : 'pltf_mat_';
  for (let digit = 0; digit < secretLength; digit += 1)
    text += alphabet[randomInt(alphabet.length)];
  return text + checksumOf(text);
}

function checksumOf(text: string): string {
  let rest = crc32(text);
  let digits = '';
  for (let digit = 0; digit < checksumLength; digit += 1) {
    digits = alphabet[rest % alphabet.length] + digits;
    rest = Math.floor(rest / alphabet.length);
  }
  return digits;
}

/** Whether this can be a token at all. Says nothing about whether it is one. */
export function isTokenText(text: string): boolean {
  return (
    wellFormed.test(text) &&
    checksumOf(text.slice(0, -checksumLength)) === text.slice(-checksumLength)
  );
}

/** The only trace of a secret that is stored. Secrets here have 178 bits or more, so that no slow hash is needed. */
export const hashOf = (secret: string): Buffer => createHash('sha256').update(secret).digest();

/** What a list of tokens shows of one, so that its owner knows it again. */
export const hintOf = (text: string): string => `${text.slice(0, 9)}…${text.slice(-4)}`;

/** 256 bits for a session or a sign-in link. */
export const newSecret = (): string => randomBytes(32).toString('base64url');
