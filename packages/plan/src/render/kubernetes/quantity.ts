/** Memory as Kubernetes writes it back: `256Mi`, `1Gi`. */
export function memoryQuantity(mebibytes: number): string {
  if (mebibytes > 0 && mebibytes % 1_048_576 === 0) return `${mebibytes / 1_048_576}Ti`;
  if (mebibytes > 0 && mebibytes % 1024 === 0) return `${mebibytes / 1024}Gi`;
  return `${mebibytes}Mi`;
}

/** Processor time as Kubernetes writes it back: `250m`, `2`. At least a thousandth of a core. */
export function cpuQuantity(cores: number): string {
  const thousandths = Math.max(1, Math.round(cores * 1000));
  return thousandths % 1000 === 0 ? String(thousandths / 1000) : `${thousandths}m`;
}
