/** The lowest Kubernetes for what it has had from the beginning: the first with ValidatingAdmissionPolicy. */
export const firstVersion = '1.26';

const since: Readonly<Record<string, string>> = {
  '1.28': `optional.of optional.none optional.ofNonZeroValue optional.unwrap hasValue value or orValue optMap optFlatMap
    unwrapOpt quantity isQuantity sign isInteger asInteger asApproximateFloat add sub`,
  '1.29': 'format strings.quote sets.contains sets.equivalent sets.intersects',
  '1.30': `ip isIP ip.isCanonical family isUnspecified isLoopback isLinkLocalMulticast isLinkLocalUnicast isGlobalUnicast
    cidr isCIDR containsIP containsCIDR prefixLength masked`,
  '1.31': `validate format.named format.dns1123Label format.dns1123Subdomain format.dns1035Label format.qualifiedName
    format.dns1123LabelPrefix format.dns1123SubdomainPrefix format.dns1035LabelPrefix format.labelValue format.uri
    format.uuid format.byte format.date format.datetime`,
  '1.32': 'transformList transformMap transformMapEntry existsOne',
  '1.33': 'semver isSemver major minor patch',
  '1.34': 'slice flatten lists.range distinct sort reverse first last',
  '1.37': 'includes',
};

const versions = new Map(
  Object.entries(since).flatMap(([version, names]) =>
    names.split(/\s+/).map((name) => [name, version] as const),
  ),
);

/** The Kubernetes that first had a function, method or macro; what is not in the table was there from the beginning. */
export function versionOf(name: string): string {
  return versions.get(name) ?? firstVersion;
}

/** The higher of two versions. */
export function later(left: string, right: string): string {
  return minorOf(left) >= minorOf(right) ? left : right;
}

function minorOf(version: string): number {
  return Number(version.split('.')[1]);
}

/** Namespaces of functions that other programs with CEL have, and Kubernetes never had. */
export const foreign: Readonly<Record<string, string>> = {
  cel: 'give the value a name under variables',
  math: 'use comparisons and ?:, or min() and max() of a list',
  base64: 'compare the encoded text',
  proto: 'messages are not part of Kubernetes',
  http: 'nothing outside the object is reachable',
  resource: 'other objects are not reachable: use params',
  image: 'registries are not reachable',
  time: 'use the variable now, which is resolved when the policy is rendered',
};
