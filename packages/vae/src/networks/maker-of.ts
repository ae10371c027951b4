// The maker of a network: that of its row, or the built-in one of its name.
import { ExpectationError } from '@flowvae/tensor';
import { networkMakers } from './network-makers.ts';
import type { NetworkMaker, NetworkPair } from './network-pair.ts';
import type { NetworkName, NetworkRow, OwnNetworkRow } from './network-table.ts';

/** The maker of a row; that of a row of one's own is checked when it makes. */
export function makerOf(name: string, row: NetworkRow): NetworkMaker {
  if (!isOwn(row)) return networkMakers[name as NetworkName]; // without a maker the built-in table named it
  return (options) => checkedPair(row.make(options), `network ${name}: make`);
}

const isOwn = (row: NetworkRow): row is OwnNetworkRow => 'make' in row;

/** @throws ExpectationError for a value that is no pair of networks */
function checkedPair(made: unknown, where: string): NetworkPair {
  const pair = (typeof made === 'object' && made !== null ? made : {}) as Partial<NetworkPair>;
  const apply = (part: keyof NetworkPair) => typeof pair[part]?.apply;
  if (apply('encoder') === 'function' && apply('decoder') === 'function') return pair as NetworkPair;
  const expected = 'encoder and decoder, each a network, with apply (function)';
  const received = `encoder.apply ${apply('encoder')}, decoder.apply ${apply('decoder')}`;
  throw new ExpectationError({ where, expected, received });
}
