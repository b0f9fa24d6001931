const subBuckets = 16;
const octaves = 36;
const bucketCount = subBuckets * octaves;

/**
 * Bucket of a duration in whole microseconds. Buckets are 1 µs wide below 32 µs; above, 16 share an octave,
 * so a quantile is at most 6.25 % too high.
 */
export function bucketOf(microseconds: number): number {
  if (microseconds < subBuckets) return microseconds < 0 ? 0 : microseconds | 0;
  // Above 2^31 the bit operations of JavaScript are of no use; that is 36 minutes.
  const high = microseconds >= 0x4000_0000;
  const value = high ? Math.floor(microseconds / 0x1_0000) : microseconds | 0;
  const exponent = 31 - Math.clz32(value);
  const sub = (exponent >= 4 ? value >>> (exponent - 4) : value << (4 - exponent)) & 15;
  const bucket = (exponent + (high ? 16 : 0) - 3) * subBuckets + sub;
  return bucket < bucketCount ? bucket : bucketCount - 1;
}

/** The largest duration that falls into a bucket, in microseconds. */
export function bucketEnd(bucket: number): number {
  if (bucket < subBuckets) return bucket;
  const exponent = Math.floor(bucket / subBuckets) + 3;
  const sub = bucket % subBuckets;
  return 2 ** (exponent - 4) * (subBuckets + sub + 1) - 1;
}

/** Counts of durations; all of it is two additions for each request. */
export class LatencyHistogram {
  private readonly counts = new Float64Array(bucketCount);
  private total = 0;
  private longest = 0;

  get count(): number {
    return this.total;
  }

  /** The longest duration seen, in milliseconds. */
  get maximum(): number {
    return this.longest;
  }

  record(milliseconds: number): void {
    const bucket = bucketOf(milliseconds * 1_000);
    this.counts[bucket] = (this.counts[bucket] as number) + 1;
    this.total += 1;
    if (milliseconds > this.longest) this.longest = milliseconds;
  }

  /** The duration in milliseconds that `share` (0 to 1) of all did not exceed; 0 when there are none. */
  quantile(share: number): number {
    const wanted = Math.max(1, Math.ceil(this.total * share));
    let seen = 0;
    for (let bucket = 0; bucket < bucketCount; bucket++) {
      seen += this.counts[bucket] as number;
      if (seen >= wanted) return Math.min(bucketEnd(bucket) / 1_000, this.longest);
    }
    return 0;
  }
}
