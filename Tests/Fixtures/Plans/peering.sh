#!/usr/bin/env bash
# peering: Peering connections
#
# The network that `netlab up peering` builds over netlink, built by hand: the same namespaces,
# wires, addresses, routes and rules. The servers of the lab are not part of it.
#
#   sudo ./this-script                build it
#   sudo ./this-script down           take it away again
#   sudo LAB=mine ./this-script       build it under another name
#
# Needs iproute2, procps and nftables (1.0.6 or later). Nothing outside the namespaces is changed.
set -euo pipefail

LAB=${LAB:-peering}

# Every box of the AWS diagram is a network namespace.
nodes=(
    "igw-a"     # Internet gateway
    "a"         # VPC router
    "client"    # instance
    "intruder"  # instance
    "igw-b"     # Internet gateway
    "b"         # VPC router
    "web"       # instance
    "c"         # VPC router
    "far"       # instance
    "internet"  # the Internet
    "echo"      # Internet host
)

case ${1:-up} in
up) ;;
down)
    # With the namespace go its interfaces, routes and rules.
    for node in "${nodes[@]}"; do
        if [[ -e /run/netns/$LAB.$node ]]; then ip netns delete "$LAB.$node"; fi
    done
    exit 0
    ;;
*)
    echo "usage: [LAB=name] $0 [up|down]" >&2
    exit 2
    ;;
esac

for node in "${nodes[@]}"; do
    if [[ -e /run/netns/$LAB.$node ]]; then
        echo "$LAB.$node exists already; first: LAB=$LAB $0 down" >&2
        exit 1
    fi
done

# --- namespaces and their settings -----------------------------------------------------------------
# Settings come before interfaces: those under `default` are what every interface made later starts
# with.

ip netns add "$LAB.igw-a"
ip netns add "$LAB.a"
ip netns add "$LAB.client"
ip netns add "$LAB.intruder"
ip netns add "$LAB.igw-b"
ip netns add "$LAB.b"
ip netns add "$LAB.web"
ip netns add "$LAB.c"
ip netns add "$LAB.far"
ip netns add "$LAB.internet"
ip netns add "$LAB.echo"

# Internet gateway igw-a:
# It forwards.
ip netns exec "$LAB.igw-a" sysctl -q -w net.ipv4.ip_forward=1
# Source addresses are checked by rules below (source/dest check), not by the kernel's own guess.
ip netns exec "$LAB.igw-a" sysctl -q -w net.ipv4.conf.all.rp_filter=0
ip netns exec "$LAB.igw-a" sysctl -q -w net.ipv4.conf.default.rp_filter=0
# No router of AWS tells a host of a shorter way.
ip netns exec "$LAB.igw-a" sysctl -q -w net.ipv4.conf.all.send_redirects=0
ip netns exec "$LAB.igw-a" sysctl -q -w net.ipv4.conf.default.send_redirects=0
# What passes through is not for a socket here: the kernel need not look for one first.
ip netns exec "$LAB.igw-a" sysctl -q -w net.ipv4.ip_early_demux=0

# VPC router a:
ip netns exec "$LAB.a" sysctl -q -w net.ipv4.ip_forward=1
ip netns exec "$LAB.a" sysctl -q -w net.ipv4.conf.all.rp_filter=0
ip netns exec "$LAB.a" sysctl -q -w net.ipv4.conf.default.rp_filter=0
ip netns exec "$LAB.a" sysctl -q -w net.ipv4.conf.all.send_redirects=0
ip netns exec "$LAB.a" sysctl -q -w net.ipv4.conf.default.send_redirects=0
ip netns exec "$LAB.a" sysctl -q -w net.ipv4.ip_early_demux=0
# The router answers ARP for every interface of the VPC.
ip netns exec "$LAB.a" sysctl -q -w net.ipv4.conf.default.proxy_arp=1
# A NAT gateway hands on the router's own "fragmentation needed"; it comes back with the router's
# own address as its source, which the kernel would call a lie.
ip netns exec "$LAB.a" sysctl -q -w net.ipv4.conf.all.accept_local=1
# Security groups remember flows; they do not police TCP windows.
ip netns exec "$LAB.a" sysctl -q -w net.netfilter.nf_conntrack_tcp_be_liberal=1
# A packet in mid-stream opens no flow: a NAT gateway has forgotten it, a router goes by its rules
# alone.
ip netns exec "$LAB.a" sysctl -q -w net.netfilter.nf_conntrack_tcp_loose=0
# Seconds of silence after which a flow is forgotten, as in AWS.
ip netns exec "$LAB.a" sysctl -q -w net.netfilter.nf_conntrack_udp_timeout=30
ip netns exec "$LAB.a" sysctl -q -w net.netfilter.nf_conntrack_udp_timeout_stream=180

# instance client:
# Every datagram for a closed port is refused, however often somebody asks.
ip netns exec "$LAB.client" sysctl -q -w net.ipv4.icmp_ratemask=0

# instance intruder:
ip netns exec "$LAB.intruder" sysctl -q -w net.ipv4.icmp_ratemask=0

# Internet gateway igw-b:
ip netns exec "$LAB.igw-b" sysctl -q -w net.ipv4.ip_forward=1
ip netns exec "$LAB.igw-b" sysctl -q -w net.ipv4.conf.all.rp_filter=0
ip netns exec "$LAB.igw-b" sysctl -q -w net.ipv4.conf.default.rp_filter=0
ip netns exec "$LAB.igw-b" sysctl -q -w net.ipv4.conf.all.send_redirects=0
ip netns exec "$LAB.igw-b" sysctl -q -w net.ipv4.conf.default.send_redirects=0
ip netns exec "$LAB.igw-b" sysctl -q -w net.ipv4.ip_early_demux=0

# VPC router b:
ip netns exec "$LAB.b" sysctl -q -w net.ipv4.ip_forward=1
ip netns exec "$LAB.b" sysctl -q -w net.ipv4.conf.all.rp_filter=0
ip netns exec "$LAB.b" sysctl -q -w net.ipv4.conf.default.rp_filter=0
ip netns exec "$LAB.b" sysctl -q -w net.ipv4.conf.all.send_redirects=0
ip netns exec "$LAB.b" sysctl -q -w net.ipv4.conf.default.send_redirects=0
ip netns exec "$LAB.b" sysctl -q -w net.ipv4.ip_early_demux=0
ip netns exec "$LAB.b" sysctl -q -w net.ipv4.conf.default.proxy_arp=1
ip netns exec "$LAB.b" sysctl -q -w net.ipv4.conf.all.accept_local=1
ip netns exec "$LAB.b" sysctl -q -w net.netfilter.nf_conntrack_tcp_be_liberal=1
ip netns exec "$LAB.b" sysctl -q -w net.netfilter.nf_conntrack_tcp_loose=0
ip netns exec "$LAB.b" sysctl -q -w net.netfilter.nf_conntrack_udp_timeout=30
ip netns exec "$LAB.b" sysctl -q -w net.netfilter.nf_conntrack_udp_timeout_stream=180

# instance web:
ip netns exec "$LAB.web" sysctl -q -w net.ipv4.icmp_ratemask=0

# VPC router c:
ip netns exec "$LAB.c" sysctl -q -w net.ipv4.ip_forward=1
ip netns exec "$LAB.c" sysctl -q -w net.ipv4.conf.all.rp_filter=0
ip netns exec "$LAB.c" sysctl -q -w net.ipv4.conf.default.rp_filter=0
ip netns exec "$LAB.c" sysctl -q -w net.ipv4.conf.all.send_redirects=0
ip netns exec "$LAB.c" sysctl -q -w net.ipv4.conf.default.send_redirects=0
ip netns exec "$LAB.c" sysctl -q -w net.ipv4.ip_early_demux=0
ip netns exec "$LAB.c" sysctl -q -w net.ipv4.conf.default.proxy_arp=1
ip netns exec "$LAB.c" sysctl -q -w net.ipv4.conf.all.accept_local=1
ip netns exec "$LAB.c" sysctl -q -w net.netfilter.nf_conntrack_tcp_be_liberal=1
ip netns exec "$LAB.c" sysctl -q -w net.netfilter.nf_conntrack_tcp_loose=0
ip netns exec "$LAB.c" sysctl -q -w net.netfilter.nf_conntrack_udp_timeout=30
ip netns exec "$LAB.c" sysctl -q -w net.netfilter.nf_conntrack_udp_timeout_stream=180

# instance far:
ip netns exec "$LAB.far" sysctl -q -w net.ipv4.icmp_ratemask=0

# the Internet:
ip netns exec "$LAB.internet" sysctl -q -w net.ipv4.ip_forward=1
ip netns exec "$LAB.internet" sysctl -q -w net.ipv4.conf.all.rp_filter=0
ip netns exec "$LAB.internet" sysctl -q -w net.ipv4.conf.default.rp_filter=0
ip netns exec "$LAB.internet" sysctl -q -w net.ipv4.conf.all.send_redirects=0
ip netns exec "$LAB.internet" sysctl -q -w net.ipv4.conf.default.send_redirects=0
ip netns exec "$LAB.internet" sysctl -q -w net.ipv4.ip_early_demux=0

# Internet host echo:
ip netns exec "$LAB.echo" sysctl -q -w net.ipv4.icmp_ratemask=0

# --- wires -----------------------------------------------------------------------------------------
# One veth pair for each network interface, both ends in place at once. No bridge: two instances of
# one subnet have no Ethernet in common either, their packets pass the router and the security
# groups, as in AWS. Inside a VPC frames are jumbo (9001), beyond its gateway 1500. The numbers
# (index) and addresses are fixed, so that every build is the same; one queue is enough for a lab.

ip -n "$LAB.a" link add name a-b index 10 address 0e:09:00:00:00:01 mtu 9001 numtxqueues 1 numrxqueues 1 \
    type veth peer name a-b index 2 address 0e:09:00:00:00:02 mtu 9001 numtxqueues 1 numrxqueues 1 \
    netns "$LAB.b"
ip -n "$LAB.a" link set dev a-b up

ip -n "$LAB.b" link add name b-c index 3 address 0e:09:00:00:00:03 mtu 9001 numtxqueues 1 numrxqueues 1 \
    type veth peer name b-c index 2 address 0e:09:00:00:00:04 mtu 9001 numtxqueues 1 numrxqueues 1 \
    netns "$LAB.c"
ip -n "$LAB.b" link set dev b-c up

ip -n "$LAB.internet" link add name igw-a index 10 address 0e:08:0a:00:00:00 mtu 1500 numtxqueues 1 numrxqueues 1 \
    type veth peer name internet index 2 address 0e:07:0a:00:00:00 mtu 1500 numtxqueues 1 numrxqueues 1 \
    netns "$LAB.igw-a"
ip -n "$LAB.internet" link set dev igw-a up

ip -n "$LAB.a" link add name igw-a index 11 address 0e:06:0a:00:00:00 mtu 1500 numtxqueues 1 numrxqueues 1 \
    type veth peer name vpc index 3 address 0e:05:0a:00:00:00 mtu 1500 numtxqueues 1 numrxqueues 1 \
    netns "$LAB.igw-a"
ip -n "$LAB.a" link set dev igw-a up

ip -n "$LAB.a" link add name client index 12 address 0e:02:0a:00:01:0a mtu 9001 numtxqueues 1 numrxqueues 1 \
    type veth peer name eth0 index 2 address 0e:01:0a:00:01:0a mtu 9001 numtxqueues 1 numrxqueues 1 \
    netns "$LAB.client"
ip -n "$LAB.a" link set dev client up

ip -n "$LAB.a" link add name intruder index 13 address 0e:02:0a:00:01:42 mtu 9001 numtxqueues 1 numrxqueues 1 \
    type veth peer name eth0 index 2 address 0e:01:0a:00:01:42 mtu 9001 numtxqueues 1 numrxqueues 1 \
    netns "$LAB.intruder"
ip -n "$LAB.a" link set dev intruder up

ip -n "$LAB.internet" link add name igw-b index 11 address 0e:08:0a:01:00:00 mtu 1500 numtxqueues 1 numrxqueues 1 \
    type veth peer name internet index 2 address 0e:07:0a:01:00:00 mtu 1500 numtxqueues 1 numrxqueues 1 \
    netns "$LAB.igw-b"
ip -n "$LAB.internet" link set dev igw-b up

ip -n "$LAB.b" link add name igw-b index 4 address 0e:06:0a:01:00:00 mtu 1500 numtxqueues 1 numrxqueues 1 \
    type veth peer name vpc index 3 address 0e:05:0a:01:00:00 mtu 1500 numtxqueues 1 numrxqueues 1 \
    netns "$LAB.igw-b"
ip -n "$LAB.b" link set dev igw-b up

ip -n "$LAB.b" link add name web index 5 address 0e:02:0a:01:01:0a mtu 9001 numtxqueues 1 numrxqueues 1 \
    type veth peer name eth0 index 2 address 0e:01:0a:01:01:0a mtu 9001 numtxqueues 1 numrxqueues 1 \
    netns "$LAB.web"
ip -n "$LAB.b" link set dev web up

ip -n "$LAB.c" link add name far index 3 address 0e:02:0a:02:01:0a mtu 9001 numtxqueues 1 numrxqueues 1 \
    type veth peer name eth0 index 2 address 0e:01:0a:02:01:0a mtu 9001 numtxqueues 1 numrxqueues 1 \
    netns "$LAB.far"
ip -n "$LAB.c" link set dev far up

ip -n "$LAB.internet" link add name echo index 12 address 0e:04:c6:33:64:28 mtu 1500 numtxqueues 1 numrxqueues 1 \
    type veth peer name eth0 index 2 address 0e:03:c6:33:64:28 mtu 1500 numtxqueues 1 numrxqueues 1 \
    netns "$LAB.echo"
ip -n "$LAB.internet" link set dev echo up

# The routers and gateways of AWS do not show in a traceroute. Linux takes one from the time to live of
# what it forwards, so these nodes add one first. netlab itself sends one rule with a map of one-byte keys,
# `ip ttl set ip ttl map @ttl_plus_one`, which nft 1.0.6 cannot write down; a rule for each value does the
# same. From the top down: what was put up meets no further rule.
ttl_plus_one() {
    echo 'add table ip netlab'
    echo 'add chain ip netlab ttl_plus_one'
    for ((ttl = 254; ttl >= 1; ttl--)); do
        echo "add rule ip netlab ttl_plus_one ip ttl $ttl ip ttl set $((ttl + 1)) return"
    done
}

# --- Internet gateway igw-a ------------------------------------------------------------------------

# One-to-one translation between private and public addresses, without any memory: no connection
# tracking. What has a public address passes both ways; what has none is dropped, and counted.
ip -n "$LAB.igw-a" link set dev lo up
ip -n "$LAB.igw-a" link set dev internet up
ip -n "$LAB.igw-a" link set dev vpc up

# Wires between routers carry no addresses. The next hops exist here alone, and are known for good.
ip -n "$LAB.igw-a" neighbor add 169.254.0.3 lladdr 0e:08:0a:00:00:00 dev internet nud permanent
ip -n "$LAB.igw-a" neighbor add 169.254.0.2 lladdr 0e:06:0a:00:00:00 dev vpc nud permanent
ip -n "$LAB.igw-a" route add default via 169.254.0.3 dev internet onlink proto static
ip -n "$LAB.igw-a" route add 10.0.0.0/16 via 169.254.0.2 dev vpc onlink proto static  # VPC a

ttl_plus_one | ip netns exec "$LAB.igw-a" nft -f -
ip netns exec "$LAB.igw-a" nft -f - <<'NFT'
table ip netlab {
    # Elastic and public IPs. The guest never sees its own.
    map private_to_public {
        type ipv4_addr : ipv4_addr
    }
    map public_to_private {
        type ipv4_addr : ipv4_addr
    }
    set own_public {
        type ipv4_addr
    }
    # RFC 1918 and RFC 6598: an Internet gateway carries them neither way.
    set private_ranges {
        type ipv4_addr
        flags interval
        elements = { 10.0.0.0/8, 100.64.0.0/10, 172.16.0.0/12, 192.168.0.0/16 }
    }
    set icmp_errors {
        type icmp_type
        elements = { destination-unreachable, time-exceeded, parameter-problem }
    }

    # Stateless: nothing is tracked. What no chain accepts is dropped.
    chain prerouting {
        type filter hook prerouting priority -300; policy drop;
        notrack
        jump ttl_plus_one
        iifname "vpc" goto outbound
        iifname "internet" goto inbound
    }

    chain outbound {
        ip daddr @private_ranges counter drop comment "igw-a: private destination"
        # Left out: netlab also translates the packet quoted inside an ICMP error, which nft 1.0.6
        # has no words for. Without it, errors from beyond this gateway (traceroute's time exceeded,
        # path MTU's fragmentation needed) do not match the flow they speak of and are lost. netlab
        # sends:
        #   icmp type @icmp_errors inner ip daddr set inner ip daddr map @private_to_public
        ip saddr set ip saddr map @private_to_public goto reflect
        counter drop comment "igw-a: no public address"
    }

    # A public address of the same VPC: the packet comes straight back in, from the sender's public
    # address.
    chain reflect {
        ip daddr set ip daddr map @public_to_private
        accept
    }

    chain inbound {
        ip saddr @private_ranges counter drop comment "igw-a: private source"
        ip daddr @private_ranges counter drop comment "igw-a: private destination"
        ip saddr @own_public counter drop comment "igw-a: spoofed source"
        # Left out: netlab also translates the packet quoted inside an ICMP error, which nft 1.0.6
        # has no words for. Without it, errors from beyond this gateway (traceroute's time exceeded,
        # path MTU's fragmentation needed) do not match the flow they speak of and are lost. netlab
        # sends:
        #   icmp type @icmp_errors inner ip saddr set inner ip saddr map @public_to_private
        ip daddr set ip daddr map @public_to_private accept
        counter drop comment "igw-a: not a public address of this VPC"
    }

    # What is aimed at this node itself.
    chain input {
        type filter hook input priority 0; policy drop;
        counter drop comment "igw-a: not a host"
    }
}
NFT

# --- VPC router a ----------------------------------------------------------------------------------

# The VPC's implicit router: local routes, route tables, network ACLs, security groups, and the
# services at base + 2 and 169.254.169.x.
ip -n "$LAB.a" link set dev lo up

# Neighbours of one subnet look for each other by ARP. The router answers for them, at once: the
# kernel would wait up to 0.8 s to let the real owner go first.
ip netns exec "$LAB.a" sysctl -q -w net.ipv4.neigh.client.proxy_delay=0
ip netns exec "$LAB.a" sysctl -q -w net.ipv4.neigh.intruder.proxy_delay=0

# Its own addresses: .1 of each subnet, the DNS resolver, the metadata service. On lo, for no wire
# is theirs.
ip -n "$LAB.a" address add 10.0.1.1/32 dev lo
ip -n "$LAB.a" address add 10.0.0.2/32 dev lo
ip -n "$LAB.a" address add 169.254.169.253/32 dev lo
ip -n "$LAB.a" address add 169.254.169.254/32 dev lo

# The fabric knows which interface has which address and never asks: permanent entries. An instance
# that claims another's address gets nothing by it.
ip -n "$LAB.a" neighbor add 10.0.1.10 lladdr 0e:01:0a:00:01:0a dev client nud permanent
ip -n "$LAB.a" neighbor add 10.0.1.66 lladdr 0e:01:0a:00:01:42 dev intruder nud permanent
ip -n "$LAB.a" neighbor add 169.254.0.4 lladdr 0e:09:00:00:00:02 dev a-b nud permanent
ip -n "$LAB.a" neighbor add 169.254.0.1 lladdr 0e:05:0a:00:00:00 dev igw-a nud permanent

# The local route: each interface of the VPC, by its wire. Errors of the router come from the .1 of
# the receiver's own subnet.
ip -n "$LAB.a" route add 10.0.1.10/32 dev client src 10.0.1.1 proto static
ip -n "$LAB.a" route add 10.0.1.66/32 dev intruder src 10.0.1.1 proto static

# Where no route leads. Not `unreachable`: that would be answered by ICMP, and AWS is silent.
# Through lo the packet still passes the rules below, which count and drop it in the route table's
# name.
ip -n "$LAB.a" route add default dev lo table 100 proto static

# The AWS route table rtb-main.
ip -n "$LAB.a" route add throw 10.0.0.0/16 table 101 proto static

# The AWS route table rtb-net.
ip -n "$LAB.a" route add throw 10.0.0.0/16 table 102 proto static
ip -n "$LAB.a" route add 10.1.0.0/16 via 169.254.0.4 dev a-b onlink table 102 proto static
ip -n "$LAB.a" route add 10.2.0.0/16 via 169.254.0.4 dev a-b onlink table 102 proto static
ip -n "$LAB.a" route add 198.51.100.0/24 via 169.254.0.4 dev a-b onlink table 102 proto static

# The mark that prerouting gives says which route table a packet's subnet uses. What finds no route
# in it nor in main falls through to table 100.
ip -n "$LAB.a" rule add pref 100 fwmark 0x10001 lookup 101
ip -n "$LAB.a" rule add pref 101 fwmark 0x10002 lookup 102
ip -n "$LAB.a" rule add pref 33000 fwmark 0x10000/0x10000 lookup 100

ttl_plus_one | ip netns exec "$LAB.a" nft -f -
ip netns exec "$LAB.a" nft -f - <<'NFT'
table ip netlab {
    # Who sent it, by wire: one look-up, however many interfaces there are.
    map sources {
        type ifname : verdict
        elements = {
            "client" : goto eni-client,
            "intruder" : goto eni-intruder,
            "a-b" : goto pcx-a-b,
        }
    }
    # They have no security groups: what passes between them and the Internet gateway is not
    # remembered here.
    set nat_gateways {
        type ipv4_addr
    }
    # Neither ACLs nor security groups apply to these.
    set services {
        type ipv4_addr
        elements = { 10.0.0.2, 169.254.169.253, 169.254.169.254 }
    }
    set resolvers {
        type ipv4_addr
        elements = { 10.0.0.2, 169.254.169.253 }
    }
    # An instance may ping its own subnet's .1 and no other.
    set own_gateway {
        type ifname . ipv4_addr
        elements = { "client" . 10.0.1.1, "intruder" . 10.0.1.1 }
    }
    map acl_in {
        type ifname : verdict
        elements = {
            "client" : goto acl-default-in,
            "intruder" : goto acl-default-in,
            "a-b" : goto to-pcx-a-b,
        }
    }
    # For the name of the route table that had no route.
    map route_tables {
        type mark : verdict
        elements = { 0x00010001 : goto table-rtb-main, 0x00010002 : goto table-rtb-net }
    }
    set vpc {
        type ipv4_addr
        flags interval
        elements = { 10.0.0.0/16 }
    }
    # The blocks of the VPC at the other end: nothing else passes.
    set pcx_a-b {
        type ipv4_addr
        flags interval
        elements = { 10.1.0.0/16 }
    }
    # Wires to other networks: nobody there may use this VPC's resolver or metadata.
    set borders {
        type ifname
        elements = { "a-b" }
    }
    # Flows through these are remembered whatever the rules of the groups.
    set always_tracked {
        type ifname
    }
    # Which chain guards an interface.
    map egress_of {
        type ifname : verdict
        elements = { "client" : goto egress-client, "intruder" : goto egress-intruder }
    }
    map ingress_of {
        type ifname : verdict
        elements = { "client" : goto ingress-client, "intruder" : goto ingress-intruder }
    }

    # One per interface: may it send from that address?
    chain eni-client {
        ip saddr != 10.0.1.10 counter drop comment "eni client: source/dest check"
        goto subnet-net
    }

    chain eni-intruder {
        ip saddr != 10.0.1.66 counter drop comment "eni intruder: source/dest check"
        goto subnet-net
    }

    # A peering connection carries packets between the blocks of its two VPCs, and no others.
    chain pcx-a-b {
        ip saddr != @pcx_a-b counter drop comment "pcx a-b: source outside the peer VPC"
        ip daddr != @vpc counter drop comment "pcx a-b: destination outside this VPC"
        meta mark set 0x0001ffff accept
    }

    chain to-pcx-a-b {
        ip daddr != @pcx_a-b counter drop comment "pcx a-b: destination outside the peer VPC"
    }

    # One per subnet. Inside the subnet neither ACL nor route table is asked; else the ACL on the
    # way out, then the mark of the subnet's route table.
    chain subnet-net {
        ip daddr @services accept
        ip daddr 10.0.1.0/24 meta mark set 0x00010000 accept
        jump acl-default-out
        meta mark set 0x00010002 accept
    }

    # One per network ACL and direction: the lowest number that matches decides. `return` is allow.
    chain acl-default-in {
        return comment "acl default ingress rule 100"
        counter drop comment "acl default ingress *"
    }

    chain acl-default-out {
        return comment "acl default egress rule 100"
        counter drop comment "acl default egress *"
    }

    # Says in whose name it is dropped.
    chain unroutable {
        ip daddr @vpc counter drop comment "vpc: nobody has this address"
        meta mark vmap @route_tables
        counter drop comment "vpc: no route"
    }

    chain table-rtb-main {
        counter drop comment "rtb main: no route"
    }

    chain table-rtb-net {
        counter drop comment "rtb net: no route"
    }

    # One per security group and direction: allow rules only.
    chain sg-caller-out {
        counter goto track-out comment "sg caller egress[0]"
    }

    chain sg-caller-in {
    }

    chain sg-other-out {
        counter goto track-out comment "sg other egress[0]"
    }

    chain sg-other-in {
    }

    # The flow's first packet: remembered for this end. Answers pass by it.
    chain track-out {
        ct state new ct mark set ct mark | 0x00000001
        accept
    }

    chain track-in {
        ct state new ct mark set ct mark | 0x00000002
        accept
    }

    # One per interface and direction: its groups one after the other, else a silent drop.
    chain egress-client {
        jump sg-caller-out
        counter drop comment "sg caller egress"
    }

    chain ingress-client {
        jump sg-caller-in
        counter drop comment "sg caller ingress"
    }

    chain egress-intruder {
        jump sg-other-out
        counter drop comment "sg other egress"
    }

    chain ingress-intruder {
        jump sg-other-in
        counter drop comment "sg other ingress"
    }

    # Every packet, before connection tracking: who sent it?
    chain prerouting {
        type filter hook prerouting priority -300; policy accept;
        jump ttl_plus_one
        iifname vmap @sources
        iifname "igw-a" ip daddr @nat_gateways notrack
        iifname "igw-a" meta mark set 0x0001ffff accept
    }

    # Routed to lo: no route.
    chain nowhere {
        type filter hook forward priority -20; policy accept;
        oifname "lo" goto unroutable
        ip daddr 169.254.0.0/16 goto unroutable
    }

    # Network ACL of the receiver's subnet; not for packets that stay in one subnet.
    chain acl_ingress {
        type filter hook forward priority -10; policy accept;
        meta mark != 0x00010000 oifname vmap @acl_in
    }

    # Security groups: two gates, each on its own. `accept` opens this one only. A flow that passed
    # both is known, and its answers pass both.
    chain sg_egress {
        type filter hook forward priority 0; policy accept;
        ct state established,related ct direction original ct mark & 0x00000001 != 0x00000000 accept
        ct state established,related ct direction reply ct mark & 0x00000002 != 0x00000000 accept
        ct state related accept
        iifname vmap @egress_of
    }

    chain sg_ingress {
        type filter hook forward priority 10; policy accept;
        ct state established,related ct direction original ct mark & 0x00000002 != 0x00000000 accept
        ct state established,related ct direction reply ct mark & 0x00000001 != 0x00000000 accept
        ct state related accept
        oifname vmap @ingress_of
    }

    # What is aimed at this node itself.
    chain input {
        type filter hook input priority 0; policy drop;
        iifname "igw-a" counter drop comment "vpc: not open to the Internet"
        iifname @borders counter drop comment "vpc: not open to other networks"
        iifname "lo" accept
        ip daddr @resolvers udp dport 53 accept
        ip daddr @resolvers tcp dport 53 accept
        ip daddr 169.254.169.254 tcp dport 80 accept
        iifname . ip daddr @own_gateway icmp type echo-request accept
        counter drop comment "vpc: not a service of the router"
    }
}
NFT

# --- instance client -------------------------------------------------------------------------------

# An instance: interfaces with the subnet's real prefix; the gateway is the subnet's .1, which is
# the VPC router. It never sees a public address.
ip -n "$LAB.client" link set dev lo up
ip -n "$LAB.client" link set dev eth0 up
ip -n "$LAB.client" address add 10.0.1.10/24 dev eth0
ip -n "$LAB.client" route add default via 10.0.1.1 dev eth0 onlink proto static  # subnet net

# --- instance intruder -----------------------------------------------------------------------------
ip -n "$LAB.intruder" link set dev lo up
ip -n "$LAB.intruder" link set dev eth0 up
ip -n "$LAB.intruder" address add 10.0.1.66/24 dev eth0
ip -n "$LAB.intruder" route add default via 10.0.1.1 dev eth0 onlink proto static  # subnet net

# --- Internet gateway igw-b ------------------------------------------------------------------------
ip -n "$LAB.igw-b" link set dev lo up
ip -n "$LAB.igw-b" link set dev internet up
ip -n "$LAB.igw-b" link set dev vpc up
ip -n "$LAB.igw-b" neighbor add 169.254.0.3 lladdr 0e:08:0a:01:00:00 dev internet nud permanent
ip -n "$LAB.igw-b" neighbor add 169.254.0.2 lladdr 0e:06:0a:01:00:00 dev vpc nud permanent
ip -n "$LAB.igw-b" route add default via 169.254.0.3 dev internet onlink proto static
ip -n "$LAB.igw-b" route add 10.1.0.0/16 via 169.254.0.2 dev vpc onlink proto static  # VPC b

ttl_plus_one | ip netns exec "$LAB.igw-b" nft -f -
ip netns exec "$LAB.igw-b" nft -f - <<'NFT'
table ip netlab {
    # Elastic and public IPs. The guest never sees its own.
    map private_to_public {
        type ipv4_addr : ipv4_addr
        elements = { 10.1.1.10 : 203.0.113.20 }
    }
    map public_to_private {
        type ipv4_addr : ipv4_addr
        elements = { 203.0.113.20 : 10.1.1.10 }
    }
    set own_public {
        type ipv4_addr
        elements = { 203.0.113.20 }
    }
    # RFC 1918 and RFC 6598: an Internet gateway carries them neither way.
    set private_ranges {
        type ipv4_addr
        flags interval
        elements = { 10.0.0.0/8, 100.64.0.0/10, 172.16.0.0/12, 192.168.0.0/16 }
    }
    set icmp_errors {
        type icmp_type
        elements = { destination-unreachable, time-exceeded, parameter-problem }
    }

    # Stateless: nothing is tracked. What no chain accepts is dropped.
    chain prerouting {
        type filter hook prerouting priority -300; policy drop;
        notrack
        jump ttl_plus_one
        iifname "vpc" goto outbound
        iifname "internet" goto inbound
    }

    chain outbound {
        ip daddr @private_ranges counter drop comment "igw-b: private destination"
        # Left out: netlab also translates the packet quoted inside an ICMP error, which nft 1.0.6
        # has no words for. Without it, errors from beyond this gateway (traceroute's time exceeded,
        # path MTU's fragmentation needed) do not match the flow they speak of and are lost. netlab
        # sends:
        #   icmp type @icmp_errors inner ip daddr set inner ip daddr map @private_to_public
        ip saddr set ip saddr map @private_to_public goto reflect
        counter drop comment "igw-b: no public address"
    }

    # A public address of the same VPC: the packet comes straight back in, from the sender's public
    # address.
    chain reflect {
        ip daddr set ip daddr map @public_to_private
        accept
    }

    chain inbound {
        ip saddr @private_ranges counter drop comment "igw-b: private source"
        ip daddr @private_ranges counter drop comment "igw-b: private destination"
        ip saddr @own_public counter drop comment "igw-b: spoofed source"
        # Left out: netlab also translates the packet quoted inside an ICMP error, which nft 1.0.6
        # has no words for. Without it, errors from beyond this gateway (traceroute's time exceeded,
        # path MTU's fragmentation needed) do not match the flow they speak of and are lost. netlab
        # sends:
        #   icmp type @icmp_errors inner ip saddr set inner ip saddr map @public_to_private
        ip daddr set ip daddr map @public_to_private accept
        counter drop comment "igw-b: not a public address of this VPC"
    }

    # What is aimed at this node itself.
    chain input {
        type filter hook input priority 0; policy drop;
        counter drop comment "igw-b: not a host"
    }
}
NFT

# --- VPC router b ----------------------------------------------------------------------------------
ip -n "$LAB.b" link set dev lo up
ip -n "$LAB.b" link set dev a-b up
ip netns exec "$LAB.b" sysctl -q -w net.ipv4.neigh.web.proxy_delay=0
ip -n "$LAB.b" address add 10.1.1.1/32 dev lo
ip -n "$LAB.b" address add 10.1.0.2/32 dev lo
ip -n "$LAB.b" address add 169.254.169.253/32 dev lo
ip -n "$LAB.b" address add 169.254.169.254/32 dev lo
ip -n "$LAB.b" neighbor add 10.1.1.10 lladdr 0e:01:0a:01:01:0a dev web nud permanent
ip -n "$LAB.b" neighbor add 169.254.0.4 lladdr 0e:09:00:00:00:01 dev a-b nud permanent
ip -n "$LAB.b" neighbor add 169.254.0.4 lladdr 0e:09:00:00:00:04 dev b-c nud permanent
ip -n "$LAB.b" neighbor add 169.254.0.1 lladdr 0e:05:0a:01:00:00 dev igw-b nud permanent

# The local route: each interface of the VPC, by its wire. Errors of the router come from the .1 of
# the receiver's own subnet.
ip -n "$LAB.b" route add 10.1.1.10/32 dev web src 10.1.1.1 proto static

# Where no route leads. Not `unreachable`: that would be answered by ICMP, and AWS is silent.
# Through lo the packet still passes the rules below, which count and drop it in the route table's
# name.
ip -n "$LAB.b" route add default dev lo table 100 proto static

# The AWS route table rtb-main.
ip -n "$LAB.b" route add throw 10.1.0.0/16 table 101 proto static

# The AWS route table rtb-net.
ip -n "$LAB.b" route add throw 10.1.0.0/16 table 102 proto static
ip -n "$LAB.b" route add 10.0.0.0/16 via 169.254.0.4 dev a-b onlink table 102 proto static
ip -n "$LAB.b" route add 10.2.0.0/16 via 169.254.0.4 dev b-c onlink table 102 proto static
ip -n "$LAB.b" route add default via 169.254.0.1 dev igw-b onlink table 102 proto static
ip -n "$LAB.b" rule add pref 100 fwmark 0x10001 lookup 101
ip -n "$LAB.b" rule add pref 101 fwmark 0x10002 lookup 102
ip -n "$LAB.b" rule add pref 33000 fwmark 0x10000/0x10000 lookup 100

ttl_plus_one | ip netns exec "$LAB.b" nft -f -
ip netns exec "$LAB.b" nft -f - <<'NFT'
table ip netlab {
    # Who sent it, by wire: one look-up, however many interfaces there are.
    map sources {
        type ifname : verdict
        elements = { "web" : goto eni-web, "a-b" : goto pcx-a-b, "b-c" : goto pcx-b-c }
    }
    # They have no security groups: what passes between them and the Internet gateway is not
    # remembered here.
    set nat_gateways {
        type ipv4_addr
    }
    # Neither ACLs nor security groups apply to these.
    set services {
        type ipv4_addr
        elements = { 10.1.0.2, 169.254.169.253, 169.254.169.254 }
    }
    set resolvers {
        type ipv4_addr
        elements = { 10.1.0.2, 169.254.169.253 }
    }
    # An instance may ping its own subnet's .1 and no other.
    set own_gateway {
        type ifname . ipv4_addr
        elements = { "web" . 10.1.1.1 }
    }
    map acl_in {
        type ifname : verdict
        elements = {
            "web" : goto acl-default-in,
            "a-b" : goto to-pcx-a-b,
            "b-c" : goto to-pcx-b-c,
        }
    }
    # For the name of the route table that had no route.
    map route_tables {
        type mark : verdict
        elements = { 0x00010001 : goto table-rtb-main, 0x00010002 : goto table-rtb-net }
    }
    set vpc {
        type ipv4_addr
        flags interval
        elements = { 10.1.0.0/16 }
    }
    # The blocks of the VPC at the other end: nothing else passes.
    set pcx_a-b {
        type ipv4_addr
        flags interval
        elements = { 10.0.0.0/16 }
    }
    set pcx_b-c {
        type ipv4_addr
        flags interval
        elements = { 10.2.0.0/16 }
    }
    # Wires to other networks: nobody there may use this VPC's resolver or metadata.
    set borders {
        type ifname
        elements = { "a-b", "b-c" }
    }
    # The members of groups that rules refer to.
    set sg_caller {
        type ifname . ipv4_addr
        elements = { "a-b" . 10.0.1.10 }
    }
    # Flows through these are remembered whatever the rules of the groups.
    set always_tracked {
        type ifname
    }
    # Which chain guards an interface.
    map egress_of {
        type ifname : verdict
        elements = { "web" : goto egress-web }
    }
    map ingress_of {
        type ifname : verdict
        elements = { "web" : goto ingress-web }
    }

    # One per interface: may it send from that address?
    chain eni-web {
        ip saddr != 10.1.1.10 counter drop comment "eni web: source/dest check"
        goto subnet-net
    }

    # A peering connection carries packets between the blocks of its two VPCs, and no others.
    chain pcx-a-b {
        ip saddr != @pcx_a-b counter drop comment "pcx a-b: source outside the peer VPC"
        ip daddr != @vpc counter drop comment "pcx a-b: destination outside this VPC"
        meta mark set 0x0001ffff accept
    }

    chain pcx-b-c {
        ip saddr != @pcx_b-c counter drop comment "pcx b-c: source outside the peer VPC"
        ip daddr != @vpc counter drop comment "pcx b-c: destination outside this VPC"
        meta mark set 0x0001ffff accept
    }

    chain to-pcx-a-b {
        ip daddr != @pcx_a-b counter drop comment "pcx a-b: destination outside the peer VPC"
    }

    chain to-pcx-b-c {
        ip daddr != @pcx_b-c counter drop comment "pcx b-c: destination outside the peer VPC"
    }

    # One per subnet. Inside the subnet neither ACL nor route table is asked; else the ACL on the
    # way out, then the mark of the subnet's route table.
    chain subnet-net {
        ip daddr @services accept
        ip daddr 10.1.1.0/24 meta mark set 0x00010000 accept
        jump acl-default-out
        meta mark set 0x00010002 accept
    }

    # One per network ACL and direction: the lowest number that matches decides. `return` is allow.
    chain acl-default-in {
        return comment "acl default ingress rule 100"
        counter drop comment "acl default ingress *"
    }

    chain acl-default-out {
        return comment "acl default egress rule 100"
        counter drop comment "acl default egress *"
    }

    # Says in whose name it is dropped.
    chain unroutable {
        ip daddr @vpc counter drop comment "vpc: nobody has this address"
        meta mark vmap @route_tables
        counter drop comment "vpc: no route"
    }

    chain table-rtb-main {
        counter drop comment "rtb main: no route"
    }

    chain table-rtb-net {
        counter drop comment "rtb net: no route"
    }

    # One per security group and direction: allow rules only.
    chain sg-server-out {
        counter goto track-out comment "sg server egress[0]"
    }

    chain sg-server-in {
        iifname . ip saddr @sg_caller tcp dport 80 counter goto track-in comment "sg server ingress[0]"
        ip saddr 10.0.0.0/8 tcp dport 81 counter goto track-in comment "sg server ingress[1]"
    }

    # The flow's first packet: remembered for this end. Answers pass by it.
    chain track-out {
        ct state new ct mark set ct mark | 0x00000001
        accept
    }

    chain track-in {
        ct state new ct mark set ct mark | 0x00000002
        accept
    }

    # One per interface and direction: its groups one after the other, else a silent drop.
    chain egress-web {
        jump sg-server-out
        counter drop comment "sg server egress"
    }

    chain ingress-web {
        jump sg-server-in
        counter drop comment "sg server ingress"
    }

    # Every packet, before connection tracking: who sent it?
    chain prerouting {
        type filter hook prerouting priority -300; policy accept;
        jump ttl_plus_one
        iifname vmap @sources
        iifname "igw-b" ip daddr @nat_gateways notrack
        iifname "igw-b" meta mark set 0x0001ffff accept
    }

    # Routed to lo: no route.
    chain nowhere {
        type filter hook forward priority -20; policy accept;
        oifname "lo" goto unroutable
        ip daddr 169.254.0.0/16 goto unroutable
    }

    # Network ACL of the receiver's subnet; not for packets that stay in one subnet.
    chain acl_ingress {
        type filter hook forward priority -10; policy accept;
        meta mark != 0x00010000 oifname vmap @acl_in
    }

    # Security groups: two gates, each on its own. `accept` opens this one only. A flow that passed
    # both is known, and its answers pass both.
    chain sg_egress {
        type filter hook forward priority 0; policy accept;
        ct state established,related ct direction original ct mark & 0x00000001 != 0x00000000 accept
        ct state established,related ct direction reply ct mark & 0x00000002 != 0x00000000 accept
        ct state related accept
        iifname vmap @egress_of
    }

    chain sg_ingress {
        type filter hook forward priority 10; policy accept;
        ct state established,related ct direction original ct mark & 0x00000002 != 0x00000000 accept
        ct state established,related ct direction reply ct mark & 0x00000001 != 0x00000000 accept
        ct state related accept
        oifname vmap @ingress_of
    }

    # What is aimed at this node itself.
    chain input {
        type filter hook input priority 0; policy drop;
        iifname "igw-b" counter drop comment "vpc: not open to the Internet"
        iifname @borders counter drop comment "vpc: not open to other networks"
        iifname "lo" accept
        ip daddr @resolvers udp dport 53 accept
        ip daddr @resolvers tcp dport 53 accept
        ip daddr 169.254.169.254 tcp dport 80 accept
        iifname . ip daddr @own_gateway icmp type echo-request accept
        counter drop comment "vpc: not a service of the router"
    }
}
NFT

# --- instance web ----------------------------------------------------------------------------------
ip -n "$LAB.web" link set dev lo up
ip -n "$LAB.web" link set dev eth0 up
ip -n "$LAB.web" address add 10.1.1.10/24 dev eth0
ip -n "$LAB.web" route add default via 10.1.1.1 dev eth0 onlink proto static  # subnet net

# --- VPC router c ----------------------------------------------------------------------------------
ip -n "$LAB.c" link set dev lo up
ip -n "$LAB.c" link set dev b-c up
ip netns exec "$LAB.c" sysctl -q -w net.ipv4.neigh.far.proxy_delay=0
ip -n "$LAB.c" address add 10.2.1.1/32 dev lo
ip -n "$LAB.c" address add 10.2.0.2/32 dev lo
ip -n "$LAB.c" address add 169.254.169.253/32 dev lo
ip -n "$LAB.c" address add 169.254.169.254/32 dev lo
ip -n "$LAB.c" neighbor add 10.2.1.10 lladdr 0e:01:0a:02:01:0a dev far nud permanent
ip -n "$LAB.c" neighbor add 169.254.0.4 lladdr 0e:09:00:00:00:03 dev b-c nud permanent

# The local route: each interface of the VPC, by its wire. Errors of the router come from the .1 of
# the receiver's own subnet.
ip -n "$LAB.c" route add 10.2.1.10/32 dev far src 10.2.1.1 proto static

# Where no route leads. Not `unreachable`: that would be answered by ICMP, and AWS is silent.
# Through lo the packet still passes the rules below, which count and drop it in the route table's
# name.
ip -n "$LAB.c" route add default dev lo table 100 proto static

# The AWS route table rtb-main.
ip -n "$LAB.c" route add throw 10.2.0.0/16 table 101 proto static

# The AWS route table rtb-net.
ip -n "$LAB.c" route add throw 10.2.0.0/16 table 102 proto static
ip -n "$LAB.c" route add 10.1.0.0/16 via 169.254.0.4 dev b-c onlink table 102 proto static
ip -n "$LAB.c" route add 10.0.0.0/16 via 169.254.0.4 dev b-c onlink table 102 proto static
ip -n "$LAB.c" rule add pref 100 fwmark 0x10001 lookup 101
ip -n "$LAB.c" rule add pref 101 fwmark 0x10002 lookup 102
ip -n "$LAB.c" rule add pref 33000 fwmark 0x10000/0x10000 lookup 100

ttl_plus_one | ip netns exec "$LAB.c" nft -f -
ip netns exec "$LAB.c" nft -f - <<'NFT'
table ip netlab {
    # Who sent it, by wire: one look-up, however many interfaces there are.
    map sources {
        type ifname : verdict
        elements = { "far" : goto eni-far, "b-c" : goto pcx-b-c }
    }
    # They have no security groups: what passes between them and the Internet gateway is not
    # remembered here.
    set nat_gateways {
        type ipv4_addr
    }
    # Neither ACLs nor security groups apply to these.
    set services {
        type ipv4_addr
        elements = { 10.2.0.2, 169.254.169.253, 169.254.169.254 }
    }
    set resolvers {
        type ipv4_addr
        elements = { 10.2.0.2, 169.254.169.253 }
    }
    # An instance may ping its own subnet's .1 and no other.
    set own_gateway {
        type ifname . ipv4_addr
        elements = { "far" . 10.2.1.1 }
    }
    map acl_in {
        type ifname : verdict
        elements = { "far" : goto acl-default-in, "b-c" : goto to-pcx-b-c }
    }
    # For the name of the route table that had no route.
    map route_tables {
        type mark : verdict
        elements = { 0x00010001 : goto table-rtb-main, 0x00010002 : goto table-rtb-net }
    }
    set vpc {
        type ipv4_addr
        flags interval
        elements = { 10.2.0.0/16 }
    }
    # The blocks of the VPC at the other end: nothing else passes.
    set pcx_b-c {
        type ipv4_addr
        flags interval
        elements = { 10.1.0.0/16 }
    }
    # Wires to other networks: nobody there may use this VPC's resolver or metadata.
    set borders {
        type ifname
        elements = { "b-c" }
    }
    # Flows through these are remembered whatever the rules of the groups.
    set always_tracked {
        type ifname
    }
    # Which chain guards an interface.
    map egress_of {
        type ifname : verdict
        elements = { "far" : goto egress-far }
    }
    map ingress_of {
        type ifname : verdict
        elements = { "far" : goto ingress-far }
    }

    # One per interface: may it send from that address?
    chain eni-far {
        ip saddr != 10.2.1.10 counter drop comment "eni far: source/dest check"
        goto subnet-net
    }

    # A peering connection carries packets between the blocks of its two VPCs, and no others.
    chain pcx-b-c {
        ip saddr != @pcx_b-c counter drop comment "pcx b-c: source outside the peer VPC"
        ip daddr != @vpc counter drop comment "pcx b-c: destination outside this VPC"
        meta mark set 0x0001ffff accept
    }

    chain to-pcx-b-c {
        ip daddr != @pcx_b-c counter drop comment "pcx b-c: destination outside the peer VPC"
    }

    # One per subnet. Inside the subnet neither ACL nor route table is asked; else the ACL on the
    # way out, then the mark of the subnet's route table.
    chain subnet-net {
        ip daddr @services accept
        ip daddr 10.2.1.0/24 meta mark set 0x00010000 accept
        jump acl-default-out
        meta mark set 0x00010002 accept
    }

    # One per network ACL and direction: the lowest number that matches decides. `return` is allow.
    chain acl-default-in {
        return comment "acl default ingress rule 100"
        counter drop comment "acl default ingress *"
    }

    chain acl-default-out {
        return comment "acl default egress rule 100"
        counter drop comment "acl default egress *"
    }

    # Says in whose name it is dropped.
    chain unroutable {
        ip daddr @vpc counter drop comment "vpc: nobody has this address"
        meta mark vmap @route_tables
        counter drop comment "vpc: no route"
    }

    chain table-rtb-main {
        counter drop comment "rtb main: no route"
    }

    chain table-rtb-net {
        counter drop comment "rtb net: no route"
    }

    # One per security group and direction: allow rules only.
    chain sg-any-out {
        counter goto track-out comment "sg any egress[0]"
    }

    chain sg-any-in {
        counter goto track-in comment "sg any ingress[0]"
    }

    # Open to everyone, with every answer let out: AWS does not track it. Asked packet by packet, so
    # that it ends with the rule.
    chain sg-any-out-open {
        counter accept comment "sg any egress[0]"
    }

    chain sg-any-in-open {
        counter accept comment "sg any ingress[0]"
    }

    # The flow's first packet: remembered for this end. Answers pass by it.
    chain track-out {
        ct state new ct mark set ct mark | 0x00000001
        accept
    }

    chain track-in {
        ct state new ct mark set ct mark | 0x00000002
        accept
    }

    # One per interface and direction: its groups one after the other, else a silent drop.
    chain egress-far {
        meta l4proto tcp oifname != @always_tracked jump sg-any-out-open
        meta l4proto udp oifname != @always_tracked jump sg-any-out-open
        jump sg-any-out
        counter drop comment "sg any egress"
    }

    chain ingress-far {
        meta l4proto tcp iifname != @always_tracked jump sg-any-in-open
        meta l4proto udp iifname != @always_tracked jump sg-any-in-open
        jump sg-any-in
        counter drop comment "sg any ingress"
    }

    # Every packet, before connection tracking: who sent it?
    chain prerouting {
        type filter hook prerouting priority -300; policy accept;
        jump ttl_plus_one
        iifname vmap @sources
    }

    # Routed to lo: no route.
    chain nowhere {
        type filter hook forward priority -20; policy accept;
        oifname "lo" goto unroutable
        ip daddr 169.254.0.0/16 goto unroutable
    }

    # Network ACL of the receiver's subnet; not for packets that stay in one subnet.
    chain acl_ingress {
        type filter hook forward priority -10; policy accept;
        meta mark != 0x00010000 oifname vmap @acl_in
    }

    # Security groups: two gates, each on its own. `accept` opens this one only. A flow that passed
    # both is known, and its answers pass both.
    chain sg_egress {
        type filter hook forward priority 0; policy accept;
        ct state established,related ct direction original ct mark & 0x00000001 != 0x00000000 accept
        ct state established,related ct direction reply ct mark & 0x00000002 != 0x00000000 accept
        ct state related accept
        iifname vmap @egress_of
    }

    chain sg_ingress {
        type filter hook forward priority 10; policy accept;
        ct state established,related ct direction original ct mark & 0x00000002 != 0x00000000 accept
        ct state established,related ct direction reply ct mark & 0x00000001 != 0x00000000 accept
        ct state related accept
        oifname vmap @ingress_of
    }

    # What is aimed at this node itself.
    chain input {
        type filter hook input priority 0; policy drop;
        iifname @borders counter drop comment "vpc: not open to other networks"
        iifname "lo" accept
        ip daddr @resolvers udp dport 53 accept
        ip daddr @resolvers tcp dport 53 accept
        ip daddr 169.254.169.254 tcp dport 80 accept
        iifname . ip daddr @own_gateway icmp type echo-request accept
        counter drop comment "vpc: not a service of the router"
    }
}
NFT

# --- instance far ----------------------------------------------------------------------------------
ip -n "$LAB.far" link set dev lo up
ip -n "$LAB.far" link set dev eth0 up
ip -n "$LAB.far" address add 10.2.1.10/24 dev eth0
ip -n "$LAB.far" route add default via 10.2.1.1 dev eth0 onlink proto static  # subnet net

# --- the Internet ----------------------------------------------------------------------------------

# One router between the hosts outside and the Internet gateways. It carries whatever it is given,
# even private addresses: the filters that matter are the gateway's, and nothing may hide behind a
# kinder Internet.
ip -n "$LAB.internet" link set dev lo up

# Its address, as the first hop of the hosts outside sees it.
ip -n "$LAB.internet" address add 192.0.2.1/32 dev lo
ip -n "$LAB.internet" neighbor add 198.51.100.40 lladdr 0e:03:c6:33:64:28 dev echo nud permanent
ip -n "$LAB.internet" neighbor add 169.254.0.1 lladdr 0e:07:0a:00:00:00 dev igw-a nud permanent
ip -n "$LAB.internet" neighbor add 169.254.0.5 lladdr 0e:07:0a:01:00:00 dev igw-b nud permanent
ip -n "$LAB.internet" route add 198.51.100.40/32 dev echo src 192.0.2.1 proto static  # Internet host echo
ip -n "$LAB.internet" route add 10.0.0.0/16 via 169.254.0.1 dev igw-a onlink proto static  # Internet gateway igw-a
ip -n "$LAB.internet" route add 203.0.113.0/24 via 169.254.0.1 dev igw-a onlink proto static  # Internet gateway igw-a
ip -n "$LAB.internet" route add 203.0.113.20/32 via 169.254.0.5 dev igw-b onlink proto static  # Internet gateway igw-b
ip -n "$LAB.internet" route add 10.1.0.0/16 via 169.254.0.5 dev igw-b onlink proto static  # Internet gateway igw-b

# --- Internet host echo ----------------------------------------------------------------------------

# A host outside, with a public address of its own and the whole Internet one hop away.
ip -n "$LAB.echo" link set dev lo up
ip -n "$LAB.echo" link set dev eth0 up

# A /32: no neighbours, everything is behind the router.
ip -n "$LAB.echo" address add 198.51.100.40/32 dev eth0
ip -n "$LAB.echo" route add default via 192.0.2.1 dev eth0 onlink proto static

echo "$LAB is up. LAB=$LAB $0 down takes it away again."
echo "Try: ip netns exec $LAB.client ping -c 1 198.51.100.40"
