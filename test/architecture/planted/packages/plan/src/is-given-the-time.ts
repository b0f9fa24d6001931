// violates: nothing
export function year(at: number): number {
  return new Date(at).getUTCFullYear();
}
