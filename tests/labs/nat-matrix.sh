#!/usr/bin/env bash
# Data channels through eight kinds of address translators, in network namespaces (needs root, nftables, iproute2, coturn, conntrack).
#   tests/labs/nat-matrix.sh            eight pairs, as CI runs them
#   tests/labs/nat-matrix.sh --all      all 36         --extra  loss, IPv6, carriers, rebinding, cut         --pair A,B  one
set -euo pipefail
cd "$(dirname "$0")/../.."
for tool in ip nft turnserver conntrack; do
  command -v "$tool" >/dev/null || { echo "nat-matrix: $tool is missing: apt-get install nftables iproute2 coturn conntrack" >&2; exit 77; }
done
[ "$(id -u)" = 0 ] || { echo "nat-matrix: needs root for network namespaces" >&2; exit 77; }
dotnet build bench/DataChannelPeer -c Release -v q -nologo >&2
exec python3 tests/labs/nat_matrix.py artifacts/bin/DataChannelPeer/release/DataChannelPeer "$@"
