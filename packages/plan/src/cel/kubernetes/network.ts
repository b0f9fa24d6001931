import { fail } from '../evaluation/frame.ts';
import type { CelFunction, Library } from '../evaluation/scope.ts';
import { needOpaque, needText } from '../library/arguments.ts';
import { type CelData, CelOpaque } from '../values/cel-value.ts';
import {
  type Address,
  addressText,
  holdsAddress,
  isGlobalUnicast,
  isLinkLocalMulticast,
  isLinkLocalUnicast,
  isLoopback,
  isUnspecified,
  masked,
  type Network,
  networkBits,
  parseAddress,
  parseNetwork,
} from './address.ts';

const ip = (address: Address): CelOpaque<Address> =>
  new CelOpaque('net.IP', address, addressText(address));
const cidr = (network: Network): CelOpaque<Network> =>
  new CelOpaque('net.CIDR', network, `${addressText(network.address)}/${network.length}`);

function readAddress(value: CelData | undefined): Address {
  const text = needText(value, 'ip()');
  return parseAddress(text) ?? fail(`'${text.slice(0, 60)}' is not an IP address`);
}

function readNetwork(value: CelData | undefined): Network {
  const text = needText(value, 'cidr()');
  return parseNetwork(text) ?? fail(`'${text.slice(0, 60)}' is not a network like 10.0.0.0/8`);
}

const address = (value: CelData | undefined): Address =>
  needOpaque<Address>(value, 'net.IP', 'a method of addresses').held;
const network = (value: CelData | undefined): Network =>
  needOpaque<Network>(value, 'net.CIDR', 'a method of networks').held;

function test(holds: (address: Address) => boolean): CelFunction {
  return (_frame, value) => holds(address(value));
}

const containsCidr: CelFunction = (_frame, value, other) => {
  const outer = network(value);
  const inner = typeof other === 'string' ? readNetwork(other) : network(other);
  return (
    outer.address.family === inner.address.family &&
    outer.length <= inner.length &&
    networkBits(outer.address, outer.length) === networkBits(inner.address, outer.length)
  );
};

export const networks: Library = {
  functions: {
    'ip/1': (_frame, text) => ip(readAddress(text)),
    'isIP/1': (_frame, text) => parseAddress(needText(text, 'isIP()')) !== undefined,
    'ip.isCanonical/1': (_frame, text) => addressText(readAddress(text)) === text,
    'cidr/1': (_frame, text) => cidr(readNetwork(text)),
    'isCIDR/1': (_frame, text) => parseNetwork(needText(text, 'isCIDR()')) !== undefined,
  },
  methods: {
    'family/0': (_frame, value) => BigInt(address(value).family),
    'isUnspecified/0': test(isUnspecified),
    'isLoopback/0': test(isLoopback),
    'isLinkLocalMulticast/0': test(isLinkLocalMulticast),
    'isLinkLocalUnicast/0': test(isLinkLocalUnicast),
    'isGlobalUnicast/0': test(isGlobalUnicast),
    'containsIP/1': (_frame, value, other) =>
      holdsAddress(network(value), typeof other === 'string' ? readAddress(other) : address(other)),
    'containsCIDR/1': containsCidr,
    'ip/0': (_frame, value) => ip(network(value).address),
    'prefixLength/0': (_frame, value) => BigInt(network(value).length),
    'masked/0': (_frame, value) => cidr(masked(network(value))),
  },
};
