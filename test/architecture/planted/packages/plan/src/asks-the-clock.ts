// violates: pure-sources
export function year(): number {
  return new Date().getFullYear();
}
