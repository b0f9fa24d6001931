// violates: pure-sources
export function dice(): number {
  return Math.random();
}
