// violates: words
export interface PortManager {
  readonly ports: readonly number[];
}
