#!/usr/bin/env bash
# interfaces: Interfaces and their addresses
#
# The network that `netlab up interfaces` builds over netlink, built by hand: the same namespaces,
# wires, addresses, routes and rules. The servers of the lab are not part of it.
#
#   sudo ./this-script                build it
#   sudo ./this-script down           take it away again
#   sudo LAB=mine ./this-script       build it under another name
#
# Needs iproute2, procps and nftables (1.0.6 or later). Nothing outside the namespaces is changed.
set -euo pipefail

LAB=${LAB:-interfaces}

# Every box of the AWS diagram is a network namespace.
nodes=(
    "igw"       # Internet gateway
    "vpc"       # VPC router
    "auto"      # instance
    "chosen"    # instance
    "none"      # instance
    "many"      # instance
    "box"       # instance
    "picky"     # instance
    "left"      # instance
    "right"     # instance
    "stuck"     # instance
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

ip netns add "$LAB.igw"
ip netns add "$LAB.vpc"
ip netns add "$LAB.auto"
ip netns add "$LAB.chosen"
ip netns add "$LAB.none"
ip netns add "$LAB.many"
ip netns add "$LAB.box"
ip netns add "$LAB.picky"
ip netns add "$LAB.left"
ip netns add "$LAB.right"
ip netns add "$LAB.stuck"
ip netns add "$LAB.internet"
ip netns add "$LAB.echo"

# Internet gateway igw:
# It forwards.
ip netns exec "$LAB.igw" sysctl -q -w net.ipv4.ip_forward=1
# Source addresses are checked by rules below (source/dest check), not by the kernel's own guess.
ip netns exec "$LAB.igw" sysctl -q -w net.ipv4.conf.all.rp_filter=0
ip netns exec "$LAB.igw" sysctl -q -w net.ipv4.conf.default.rp_filter=0
# No router of AWS tells a host of a shorter way.
ip netns exec "$LAB.igw" sysctl -q -w net.ipv4.conf.all.send_redirects=0
ip netns exec "$LAB.igw" sysctl -q -w net.ipv4.conf.default.send_redirects=0
# What passes through is not for a socket here: the kernel need not look for one first.
ip netns exec "$LAB.igw" sysctl -q -w net.ipv4.ip_early_demux=0

# VPC router vpc:
ip netns exec "$LAB.vpc" sysctl -q -w net.ipv4.ip_forward=1
ip netns exec "$LAB.vpc" sysctl -q -w net.ipv4.conf.all.rp_filter=0
ip netns exec "$LAB.vpc" sysctl -q -w net.ipv4.conf.default.rp_filter=0
ip netns exec "$LAB.vpc" sysctl -q -w net.ipv4.conf.all.send_redirects=0
ip netns exec "$LAB.vpc" sysctl -q -w net.ipv4.conf.default.send_redirects=0
ip netns exec "$LAB.vpc" sysctl -q -w net.ipv4.ip_early_demux=0
# The router answers ARP for every interface of the VPC.
ip netns exec "$LAB.vpc" sysctl -q -w net.ipv4.conf.default.proxy_arp=1
# A NAT gateway hands on the router's own "fragmentation needed"; it comes back with the router's
# own address as its source, which the kernel would call a lie.
ip netns exec "$LAB.vpc" sysctl -q -w net.ipv4.conf.all.accept_local=1
# Security groups remember flows; they do not police TCP windows.
ip netns exec "$LAB.vpc" sysctl -q -w net.netfilter.nf_conntrack_tcp_be_liberal=1
# A packet in mid-stream opens no flow: a NAT gateway has forgotten it, a router goes by its rules
# alone.
ip netns exec "$LAB.vpc" sysctl -q -w net.netfilter.nf_conntrack_tcp_loose=0
# Seconds of silence after which a flow is forgotten, as in AWS.
ip netns exec "$LAB.vpc" sysctl -q -w net.netfilter.nf_conntrack_udp_timeout=30
ip netns exec "$LAB.vpc" sysctl -q -w net.netfilter.nf_conntrack_udp_timeout_stream=180

# instance auto:
# Every datagram for a closed port is refused, however often somebody asks.
ip netns exec "$LAB.auto" sysctl -q -w net.ipv4.icmp_ratemask=0

# instance chosen:
ip netns exec "$LAB.chosen" sysctl -q -w net.ipv4.icmp_ratemask=0

# instance none:
ip netns exec "$LAB.none" sysctl -q -w net.ipv4.icmp_ratemask=0

# instance many:
ip netns exec "$LAB.many" sysctl -q -w net.ipv4.conf.all.rp_filter=0
ip netns exec "$LAB.many" sysctl -q -w net.ipv4.conf.default.rp_filter=0
ip netns exec "$LAB.many" sysctl -q -w net.ipv4.conf.default.arp_ignore=1
ip netns exec "$LAB.many" sysctl -q -w net.ipv4.conf.default.arp_announce=2
ip netns exec "$LAB.many" sysctl -q -w net.ipv4.icmp_ratemask=0

# instance box:
ip netns exec "$LAB.box" sysctl -q -w net.ipv4.ip_forward=1
ip netns exec "$LAB.box" sysctl -q -w net.ipv4.conf.all.rp_filter=0
ip netns exec "$LAB.box" sysctl -q -w net.ipv4.conf.default.rp_filter=0
ip netns exec "$LAB.box" sysctl -q -w net.ipv4.conf.all.send_redirects=0
ip netns exec "$LAB.box" sysctl -q -w net.ipv4.conf.default.send_redirects=0
ip netns exec "$LAB.box" sysctl -q -w net.ipv4.ip_early_demux=0
ip netns exec "$LAB.box" sysctl -q -w net.ipv4.icmp_ratemask=0

# instance picky:
ip netns exec "$LAB.picky" sysctl -q -w net.ipv4.icmp_ratemask=0

# instance left:
ip netns exec "$LAB.left" sysctl -q -w net.ipv4.icmp_ratemask=0

# instance right:
ip netns exec "$LAB.right" sysctl -q -w net.ipv4.icmp_ratemask=0

# instance stuck:
ip netns exec "$LAB.stuck" sysctl -q -w net.ipv4.icmp_ratemask=0

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

ip -n "$LAB.internet" link add name igw index 10 address 0e:08:0a:00:00:00 mtu 1500 numtxqueues 1 numrxqueues 1 \
    type veth peer name internet index 2 address 0e:07:0a:00:00:00 mtu 1500 numtxqueues 1 numrxqueues 1 \
    netns "$LAB.igw"
ip -n "$LAB.internet" link set dev igw up

ip -n "$LAB.vpc" link add name igw index 10 address 0e:06:0a:00:00:00 mtu 1500 numtxqueues 1 numrxqueues 1 \
    type veth peer name vpc index 3 address 0e:05:0a:00:00:00 mtu 1500 numtxqueues 1 numrxqueues 1 \
    netns "$LAB.igw"
ip -n "$LAB.vpc" link set dev igw up

ip -n "$LAB.vpc" link add name auto index 11 address 0e:02:0a:00:00:04 mtu 9001 numtxqueues 1 numrxqueues 1 \
    type veth peer name eth0 index 2 address 0e:01:0a:00:00:04 mtu 9001 numtxqueues 1 numrxqueues 1 \
    netns "$LAB.auto"
ip -n "$LAB.vpc" link set dev auto up

ip -n "$LAB.vpc" link add name chosen index 12 address 0e:02:0a:00:0a:04 mtu 9001 numtxqueues 1 numrxqueues 1 \
    type veth peer name eth0 index 2 address 0e:01:0a:00:0a:04 mtu 9001 numtxqueues 1 numrxqueues 1 \
    netns "$LAB.chosen"
ip -n "$LAB.vpc" link set dev chosen up

ip -n "$LAB.vpc" link add name none index 13 address 0e:02:0a:00:00:05 mtu 9001 numtxqueues 1 numrxqueues 1 \
    type veth peer name eth0 index 2 address 0e:01:0a:00:00:05 mtu 9001 numtxqueues 1 numrxqueues 1 \
    netns "$LAB.none"
ip -n "$LAB.vpc" link set dev none up

ip -n "$LAB.vpc" link add name many index 14 address 0e:02:0a:00:0a:14 mtu 9001 numtxqueues 1 numrxqueues 1 \
    type veth peer name eth0 index 2 address 0e:01:0a:00:0a:14 mtu 9001 numtxqueues 1 numrxqueues 1 \
    netns "$LAB.many"
ip -n "$LAB.vpc" link set dev many up

ip -n "$LAB.vpc" link add name many.1 index 15 address 0e:02:0a:00:02:14 mtu 9001 numtxqueues 1 numrxqueues 1 \
    type veth peer name eth1 index 3 address 0e:01:0a:00:02:14 mtu 9001 numtxqueues 1 numrxqueues 1 \
    netns "$LAB.many"
ip -n "$LAB.vpc" link set dev many.1 up

ip -n "$LAB.vpc" link add name box index 16 address 0e:02:0a:00:00:09 mtu 9001 numtxqueues 1 numrxqueues 1 \
    type veth peer name eth0 index 2 address 0e:01:0a:00:00:09 mtu 9001 numtxqueues 1 numrxqueues 1 \
    netns "$LAB.box"
ip -n "$LAB.vpc" link set dev box up

ip -n "$LAB.vpc" link add name picky index 17 address 0e:02:0a:00:0a:09 mtu 9001 numtxqueues 1 numrxqueues 1 \
    type veth peer name eth0 index 2 address 0e:01:0a:00:0a:09 mtu 9001 numtxqueues 1 numrxqueues 1 \
    netns "$LAB.picky"
ip -n "$LAB.vpc" link set dev picky up

ip -n "$LAB.vpc" link add name left index 18 address 0e:02:0a:00:01:0a mtu 9001 numtxqueues 1 numrxqueues 1 \
    type veth peer name eth0 index 2 address 0e:01:0a:00:01:0a mtu 9001 numtxqueues 1 numrxqueues 1 \
    netns "$LAB.left"
ip -n "$LAB.vpc" link set dev left up

ip -n "$LAB.vpc" link add name right index 19 address 0e:02:0a:00:02:0a mtu 9001 numtxqueues 1 numrxqueues 1 \
    type veth peer name eth0 index 2 address 0e:01:0a:00:02:0a mtu 9001 numtxqueues 1 numrxqueues 1 \
    netns "$LAB.right"
ip -n "$LAB.vpc" link set dev right up

ip -n "$LAB.vpc" link add name stuck index 20 address 0e:02:0a:00:03:0a mtu 9001 numtxqueues 1 numrxqueues 1 \
    type veth peer name eth0 index 2 address 0e:01:0a:00:03:0a mtu 9001 numtxqueues 1 numrxqueues 1 \
    netns "$LAB.stuck"
ip -n "$LAB.vpc" link set dev stuck up

ip -n "$LAB.internet" link add name echo index 11 address 0e:04:c6:33:64:28 mtu 1500 numtxqueues 1 numrxqueues 1 \
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

# --- Internet gateway igw --------------------------------------------------------------------------

# One-to-one translation between private and public addresses, without any memory: no connection
# tracking. What has a public address passes both ways; what has none is dropped, and counted.
ip -n "$LAB.igw" link set dev lo up
ip -n "$LAB.igw" link set dev internet up
ip -n "$LAB.igw" link set dev vpc up

# Wires between routers carry no addresses. The next hops exist here alone, and are known for good.
ip -n "$LAB.igw" neighbor add 169.254.0.3 lladdr 0e:08:0a:00:00:00 dev internet nud permanent
ip -n "$LAB.igw" neighbor add 169.254.0.2 lladdr 0e:06:0a:00:00:00 dev vpc nud permanent
ip -n "$LAB.igw" route add default via 169.254.0.3 dev internet onlink proto static
ip -n "$LAB.igw" route add 10.0.0.0/16 via 169.254.0.2 dev vpc onlink proto static  # VPC vpc

ttl_plus_one | ip netns exec "$LAB.igw" nft -f -
ip netns exec "$LAB.igw" nft -f - <<'NFT'
table ip netlab {
    # Elastic and public IPs. The guest never sees its own.
    map private_to_public {
        type ipv4_addr : ipv4_addr
        elements = {
            10.0.0.4 : 203.0.113.254,
            10.0.10.4 : 203.0.113.253,
            10.0.10.20 : 203.0.113.20,
            10.0.10.22 : 203.0.113.22,
        }
    }
    map public_to_private {
        type ipv4_addr : ipv4_addr
        elements = {
            203.0.113.254 : 10.0.0.4,
            203.0.113.253 : 10.0.10.4,
            203.0.113.20 : 10.0.10.20,
            203.0.113.22 : 10.0.10.22,
        }
    }
    set own_public {
        type ipv4_addr
        elements = { 203.0.113.254, 203.0.113.253, 203.0.113.20, 203.0.113.22 }
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
        ip daddr @private_ranges counter drop comment "igw: private destination"
        # Left out: netlab also translates the packet quoted inside an ICMP error, which nft 1.0.6
        # has no words for. Without it, errors from beyond this gateway (traceroute's time exceeded,
        # path MTU's fragmentation needed) do not match the flow they speak of and are lost. netlab
        # sends:
        #   icmp type @icmp_errors inner ip daddr set inner ip daddr map @private_to_public
        ip saddr set ip saddr map @private_to_public goto reflect
        counter drop comment "igw: no public address"
    }

    # A public address of the same VPC: the packet comes straight back in, from the sender's public
    # address.
    chain reflect {
        ip daddr set ip daddr map @public_to_private
        accept
    }

    chain inbound {
        ip saddr @private_ranges counter drop comment "igw: private source"
        ip daddr @private_ranges counter drop comment "igw: private destination"
        ip saddr @own_public counter drop comment "igw: spoofed source"
        # Left out: netlab also translates the packet quoted inside an ICMP error, which nft 1.0.6
        # has no words for. Without it, errors from beyond this gateway (traceroute's time exceeded,
        # path MTU's fragmentation needed) do not match the flow they speak of and are lost. netlab
        # sends:
        #   icmp type @icmp_errors inner ip saddr set inner ip saddr map @public_to_private
        ip daddr set ip daddr map @public_to_private accept
        counter drop comment "igw: not a public address of this VPC"
    }

    # What is aimed at this node itself.
    chain input {
        type filter hook input priority 0; policy drop;
        counter drop comment "igw: not a host"
    }
}
NFT

# --- VPC router vpc --------------------------------------------------------------------------------

# The VPC's implicit router: local routes, route tables, network ACLs, security groups, and the
# services at base + 2 and 169.254.169.x.
ip -n "$LAB.vpc" link set dev lo up

# Neighbours of one subnet look for each other by ARP. The router answers for them, at once: the
# kernel would wait up to 0.8 s to let the real owner go first.
ip netns exec "$LAB.vpc" sysctl -q -w net.ipv4.neigh.auto.proxy_delay=0
ip netns exec "$LAB.vpc" sysctl -q -w net.ipv4.neigh.chosen.proxy_delay=0
ip netns exec "$LAB.vpc" sysctl -q -w net.ipv4.neigh.none.proxy_delay=0
ip netns exec "$LAB.vpc" sysctl -q -w net.ipv4.neigh.many.proxy_delay=0
ip netns exec "$LAB.vpc" sysctl -q -w net/ipv4/neigh/many.1/proxy_delay=0
ip netns exec "$LAB.vpc" sysctl -q -w net.ipv4.neigh.box.proxy_delay=0
ip netns exec "$LAB.vpc" sysctl -q -w net.ipv4.neigh.picky.proxy_delay=0
ip netns exec "$LAB.vpc" sysctl -q -w net.ipv4.neigh.left.proxy_delay=0
ip netns exec "$LAB.vpc" sysctl -q -w net.ipv4.neigh.right.proxy_delay=0
ip netns exec "$LAB.vpc" sysctl -q -w net.ipv4.neigh.stuck.proxy_delay=0

# Its own addresses: .1 of each subnet, the DNS resolver, the metadata service. On lo, for no wire
# is theirs.
ip -n "$LAB.vpc" address add 10.0.0.1/32 dev lo
ip -n "$LAB.vpc" address add 10.0.10.1/32 dev lo
ip -n "$LAB.vpc" address add 10.0.1.1/32 dev lo
ip -n "$LAB.vpc" address add 10.0.2.1/32 dev lo
ip -n "$LAB.vpc" address add 10.0.3.1/32 dev lo
ip -n "$LAB.vpc" address add 10.0.0.2/32 dev lo
ip -n "$LAB.vpc" address add 169.254.169.253/32 dev lo
ip -n "$LAB.vpc" address add 169.254.169.254/32 dev lo

# The fabric knows which interface has which address and never asks: permanent entries. An instance
# that claims another's address gets nothing by it.
ip -n "$LAB.vpc" neighbor add 10.0.0.4 lladdr 0e:01:0a:00:00:04 dev auto nud permanent
ip -n "$LAB.vpc" neighbor add 10.0.10.4 lladdr 0e:01:0a:00:0a:04 dev chosen nud permanent
ip -n "$LAB.vpc" neighbor add 10.0.0.5 lladdr 0e:01:0a:00:00:05 dev none nud permanent
ip -n "$LAB.vpc" neighbor add 10.0.10.20 lladdr 0e:01:0a:00:0a:14 dev many nud permanent
ip -n "$LAB.vpc" neighbor add 10.0.10.21 lladdr 0e:01:0a:00:0a:14 dev many nud permanent
ip -n "$LAB.vpc" neighbor add 10.0.10.22 lladdr 0e:01:0a:00:0a:14 dev many nud permanent
ip -n "$LAB.vpc" neighbor add 10.0.2.20 lladdr 0e:01:0a:00:02:14 dev many.1 nud permanent
ip -n "$LAB.vpc" neighbor add 10.0.0.9 lladdr 0e:01:0a:00:00:09 dev box nud permanent
ip -n "$LAB.vpc" neighbor add 10.0.10.9 lladdr 0e:01:0a:00:0a:09 dev picky nud permanent
ip -n "$LAB.vpc" neighbor add 10.0.1.10 lladdr 0e:01:0a:00:01:0a dev left nud permanent
ip -n "$LAB.vpc" neighbor add 10.0.2.10 lladdr 0e:01:0a:00:02:0a dev right nud permanent
ip -n "$LAB.vpc" neighbor add 10.0.3.10 lladdr 0e:01:0a:00:03:0a dev stuck nud permanent
ip -n "$LAB.vpc" neighbor add 169.254.0.1 lladdr 0e:05:0a:00:00:00 dev igw nud permanent

# The local route: each interface of the VPC, by its wire. Errors of the router come from the .1 of
# the receiver's own subnet.
ip -n "$LAB.vpc" route add 10.0.0.4/32 dev auto src 10.0.0.1 proto static
ip -n "$LAB.vpc" route add 10.0.10.4/32 dev chosen src 10.0.10.1 proto static
ip -n "$LAB.vpc" route add 10.0.0.5/32 dev none src 10.0.0.1 proto static
ip -n "$LAB.vpc" route add 10.0.10.20/32 dev many src 10.0.10.1 proto static
ip -n "$LAB.vpc" route add 10.0.10.21/32 dev many src 10.0.10.1 proto static
ip -n "$LAB.vpc" route add 10.0.10.22/32 dev many src 10.0.10.1 proto static
ip -n "$LAB.vpc" route add 10.0.2.20/32 dev many.1 src 10.0.2.1 proto static
ip -n "$LAB.vpc" route add 10.0.0.9/32 dev box src 10.0.0.1 proto static
ip -n "$LAB.vpc" route add 10.0.10.9/32 dev picky src 10.0.10.1 proto static
ip -n "$LAB.vpc" route add 10.0.1.10/32 dev left src 10.0.1.1 proto static
ip -n "$LAB.vpc" route add 10.0.2.10/32 dev right src 10.0.2.1 proto static
ip -n "$LAB.vpc" route add 10.0.3.10/32 dev stuck src 10.0.3.1 proto static

# Where no route leads. Not `unreachable`: that would be answered by ICMP, and AWS is silent.
# Through lo the packet still passes the rules below, which count and drop it in the route table's
# name.
ip -n "$LAB.vpc" route add default dev lo table 100 proto static

# The AWS route table everyday.
ip -n "$LAB.vpc" route add throw 10.0.0.0/16 table 101 proto static
ip -n "$LAB.vpc" route add default via 169.254.0.1 dev igw onlink table 101 proto static

# The AWS route table rtb-through.
ip -n "$LAB.vpc" route add throw 10.0.0.0/16 table 102 proto static
ip -n "$LAB.vpc" route add 10.0.2.0/24 via 10.0.0.9 dev box onlink table 102 proto static

# The AWS route table rtb-behind.
ip -n "$LAB.vpc" route add throw 10.0.0.0/16 table 103 proto static
ip -n "$LAB.vpc" route add 10.0.1.0/24 via 10.0.0.9 dev box onlink table 103 proto static

# The AWS route table rtb-wrong.
ip -n "$LAB.vpc" route add throw 10.0.0.0/16 table 104 proto static
ip -n "$LAB.vpc" route add default via 10.0.10.9 dev picky onlink table 104 proto static

# The mark that prerouting gives says which route table a packet's subnet uses. What finds no route
# in it nor in main falls through to table 100.
ip -n "$LAB.vpc" rule add pref 100 fwmark 0x10001 lookup 101
ip -n "$LAB.vpc" rule add pref 101 fwmark 0x10002 lookup 102
ip -n "$LAB.vpc" rule add pref 102 fwmark 0x10003 lookup 103
ip -n "$LAB.vpc" rule add pref 103 fwmark 0x10004 lookup 104
ip -n "$LAB.vpc" rule add pref 33000 fwmark 0x10000/0x10000 lookup 100

ttl_plus_one | ip netns exec "$LAB.vpc" nft -f -
ip netns exec "$LAB.vpc" nft -f - <<'NFT'
table ip netlab {
    # Who sent it, by wire: one look-up, however many interfaces there are.
    map sources {
        type ifname : verdict
        elements = {
            "auto" : goto eni-auto,
            "chosen" : goto eni-chosen,
            "none" : goto eni-none,
            "many" : goto eni-many,
            "many.1" : goto eni-many.1,
            "box" : goto eni-box,
            "picky" : goto eni-picky,
            "left" : goto eni-left,
            "right" : goto eni-right,
            "stuck" : goto eni-stuck,
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
        elements = {
            "auto" . 10.0.0.1,
            "chosen" . 10.0.10.1,
            "none" . 10.0.0.1,
            "many" . 10.0.10.1,
            "many.1" . 10.0.2.1,
            "box" . 10.0.0.1,
            "picky" . 10.0.10.1,
            "left" . 10.0.1.1,
            "right" . 10.0.2.1,
            "stuck" . 10.0.3.1,
        }
    }
    map acl_in {
        type ifname : verdict
        elements = {
            "auto" : goto acl-default-in,
            "chosen" : goto acl-default-in,
            "none" : goto acl-default-in,
            "many" : goto acl-default-in,
            "many.1" : goto acl-default-in,
            "box" : goto acl-default-in,
            "picky" : goto dest-picky,
            "left" : goto acl-default-in,
            "right" : goto acl-default-in,
            "stuck" : goto acl-default-in,
        }
    }
    # For the name of the route table that had no route.
    map route_tables {
        type mark : verdict
        elements = {
            0x00010001 : goto table-everyday,
            0x00010002 : goto table-rtb-through,
            0x00010003 : goto table-rtb-behind,
            0x00010004 : goto table-rtb-wrong,
        }
    }
    set vpc {
        type ipv4_addr
        flags interval
        elements = { 10.0.0.0/16 }
    }
    # Of interfaces that have several.
    set own_addresses {
        type ifname . ipv4_addr
        elements = { "many" . 10.0.10.20, "many" . 10.0.10.21, "many" . 10.0.10.22 }
    }
    # The members of groups that rules refer to.
    set sg_any {
        type ifname . ipv4_addr
        elements = {
            "auto" . 10.0.0.4,
            "none" . 10.0.0.5,
            "many" . 10.0.10.20,
            "many" . 10.0.10.21,
            "many" . 10.0.10.22,
            "many.1" . 10.0.2.20,
            "box" . 10.0.0.9,
            "picky" . 10.0.10.9,
            "left" . 10.0.1.10,
            "stuck" . 10.0.3.10,
        }
    }
    # Flows through these are remembered whatever the rules of the groups.
    set always_tracked {
        type ifname
    }
    # Which chain guards an interface.
    map egress_of {
        type ifname : verdict
        elements = {
            "auto" : goto egress-auto,
            "chosen" : goto egress-chosen,
            "none" : goto egress-none,
            "many" : goto egress-many,
            "many.1" : goto egress-many.1,
            "box" : goto egress-box,
            "picky" : goto egress-picky,
            "left" : goto egress-left,
            "right" : goto egress-right,
            "stuck" : goto egress-stuck,
        }
    }
    map ingress_of {
        type ifname : verdict
        elements = {
            "auto" : goto ingress-auto,
            "chosen" : goto ingress-chosen,
            "none" : goto ingress-none,
            "many" : goto ingress-many,
            "many.1" : goto ingress-many.1,
            "box" : goto ingress-box,
            "picky" : goto ingress-picky,
            "left" : goto ingress-left,
            "right" : goto ingress-right,
            "stuck" : goto ingress-stuck,
        }
    }
    map through_out {
        type ifname : verdict
        elements = { "box" : jump through-box-out }
    }
    map remember_out {
        type ifname : verdict
        elements = { "box" : jump remember-box-out }
    }
    map through_in {
        type ifname : verdict
        elements = { "box" : jump through-box-in }
    }
    map remember_in {
        type ifname : verdict
        elements = { "box" : jump remember-box-in }
    }

    # One per interface: may it send from that address?
    chain eni-auto {
        ip saddr != 10.0.0.4 counter drop comment "eni auto: source/dest check"
        goto subnet-public-a
    }

    chain eni-chosen {
        ip saddr != 10.0.10.4 counter drop comment "eni chosen: source/dest check"
        goto subnet-public-b
    }

    chain eni-none {
        ip saddr != 10.0.0.5 counter drop comment "eni none: source/dest check"
        goto subnet-public-a
    }

    chain eni-many {
        iifname . ip saddr != @own_addresses counter drop comment "eni many: source/dest check"
        goto subnet-public-b
    }

    chain eni-many.1 {
        ip saddr != 10.0.2.20 counter drop comment "eni many.1: source/dest check"
        goto subnet-behind
    }

    chain eni-box {
        goto subnet-public-a
    }

    chain eni-picky {
        ip saddr != 10.0.10.9 counter drop comment "eni picky: source/dest check"
        goto subnet-public-b
    }

    chain eni-left {
        ip saddr != 10.0.1.10 counter drop comment "eni left: source/dest check"
        goto subnet-through
    }

    chain eni-right {
        ip saddr != 10.0.2.10 counter drop comment "eni right: source/dest check"
        goto subnet-behind
    }

    chain eni-stuck {
        ip saddr != 10.0.3.10 counter drop comment "eni stuck: source/dest check"
        goto subnet-wrong
    }

    # One per subnet. Inside the subnet neither ACL nor route table is asked; else the ACL on the
    # way out, then the mark of the subnet's route table.
    chain subnet-public-a {
        ip daddr @services accept
        ip daddr 10.0.0.0/24 meta mark set 0x00010000 accept
        jump acl-default-out
        meta mark set 0x00010001 accept
    }

    chain subnet-public-b {
        ip daddr @services accept
        ip daddr 10.0.10.0/24 meta mark set 0x00010000 accept
        jump acl-default-out
        meta mark set 0x00010001 accept
    }

    chain subnet-through {
        ip daddr @services accept
        ip daddr 10.0.1.0/24 meta mark set 0x00010000 accept
        jump acl-default-out
        meta mark set 0x00010002 accept
    }

    chain subnet-behind {
        ip daddr @services accept
        ip daddr 10.0.2.0/24 meta mark set 0x00010000 accept
        jump acl-default-out
        meta mark set 0x00010003 accept
    }

    chain subnet-wrong {
        ip daddr @services accept
        ip daddr 10.0.3.0/24 meta mark set 0x00010000 accept
        jump acl-default-out
        meta mark set 0x00010004 accept
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

    # A route leads to this interface, which still takes only what is its own.
    chain dest-picky {
        ip daddr != 10.0.10.9 counter drop comment "eni picky: source/dest check"
        goto acl-default-in
    }

    # Says in whose name it is dropped.
    chain unroutable {
        ip daddr @vpc counter drop comment "vpc: nobody has this address"
        meta mark vmap @route_tables
        counter drop comment "vpc: no route"
    }

    chain table-everyday {
        counter drop comment "rtb everyday: no route"
    }

    chain table-rtb-through {
        counter drop comment "rtb through: no route"
    }

    chain table-rtb-behind {
        counter drop comment "rtb behind: no route"
    }

    chain table-rtb-wrong {
        counter drop comment "rtb wrong: no route"
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

    chain sg-members-out {
        counter goto track-out comment "sg members egress[0]"
    }

    chain sg-members-in {
        iifname . ip saddr @sg_any tcp dport 80 counter goto track-in comment "sg members ingress[0]"
        tcp dport 81 counter goto track-in comment "sg members ingress[1]"
    }

    chain sg-members-in-open {
        tcp dport 81 counter accept comment "sg members ingress[1]"
    }

    # The flow's first packet: remembered for this end. Answers pass by it.
    chain track-out {
        iifname vmap @remember_out
        ct state new ct mark set ct mark | 0x00000001
        accept
    }

    chain track-in {
        oifname vmap @remember_in
        ct state new ct mark set ct mark | 0x00000002
        accept
    }

    # One per interface and direction: its groups one after the other, else a silent drop.
    chain egress-auto {
        meta l4proto tcp oifname != @always_tracked jump sg-any-out-open
        meta l4proto udp oifname != @always_tracked jump sg-any-out-open
        jump sg-any-out
        counter drop comment "sg any egress"
    }

    chain ingress-auto {
        meta l4proto tcp iifname != @always_tracked jump sg-any-in-open
        meta l4proto udp iifname != @always_tracked jump sg-any-in-open
        jump sg-any-in
        counter drop comment "sg any ingress"
    }

    chain egress-chosen {
        jump sg-members-out
        counter drop comment "sg members egress"
    }

    chain ingress-chosen {
        meta l4proto tcp iifname != @always_tracked jump sg-members-in-open
        jump sg-members-in
        counter drop comment "sg members ingress"
    }

    chain egress-none {
        meta l4proto tcp oifname != @always_tracked jump sg-any-out-open
        meta l4proto udp oifname != @always_tracked jump sg-any-out-open
        jump sg-any-out
        counter drop comment "sg any egress"
    }

    chain ingress-none {
        meta l4proto tcp iifname != @always_tracked jump sg-any-in-open
        meta l4proto udp iifname != @always_tracked jump sg-any-in-open
        jump sg-any-in
        counter drop comment "sg any ingress"
    }

    chain egress-many {
        meta l4proto tcp oifname != @always_tracked jump sg-any-out-open
        meta l4proto udp oifname != @always_tracked jump sg-any-out-open
        jump sg-any-out
        counter drop comment "sg any egress"
    }

    chain ingress-many {
        meta l4proto tcp iifname != @always_tracked jump sg-any-in-open
        meta l4proto udp iifname != @always_tracked jump sg-any-in-open
        jump sg-any-in
        counter drop comment "sg any ingress"
    }

    chain egress-many.1 {
        meta l4proto tcp oifname != @always_tracked jump sg-any-out-open
        meta l4proto udp oifname != @always_tracked jump sg-any-out-open
        jump sg-any-out
        counter drop comment "sg any egress"
    }

    chain ingress-many.1 {
        meta l4proto tcp iifname != @always_tracked jump sg-any-in-open
        meta l4proto udp iifname != @always_tracked jump sg-any-in-open
        jump sg-any-in
        counter drop comment "sg any ingress"
    }

    chain egress-box {
        meta l4proto tcp oifname != @always_tracked jump sg-any-out-open
        meta l4proto udp oifname != @always_tracked jump sg-any-out-open
        jump sg-any-out
        counter drop comment "sg any egress"
    }

    chain ingress-box {
        meta l4proto tcp iifname != @always_tracked jump sg-any-in-open
        meta l4proto udp iifname != @always_tracked jump sg-any-in-open
        jump sg-any-in
        counter drop comment "sg any ingress"
    }

    chain egress-picky {
        meta l4proto tcp oifname != @always_tracked jump sg-any-out-open
        meta l4proto udp oifname != @always_tracked jump sg-any-out-open
        jump sg-any-out
        counter drop comment "sg any egress"
    }

    chain ingress-picky {
        meta l4proto tcp iifname != @always_tracked jump sg-any-in-open
        meta l4proto udp iifname != @always_tracked jump sg-any-in-open
        jump sg-any-in
        counter drop comment "sg any ingress"
    }

    chain egress-left {
        meta l4proto tcp oifname != @always_tracked jump sg-any-out-open
        meta l4proto udp oifname != @always_tracked jump sg-any-out-open
        jump sg-any-out
        counter drop comment "sg any egress"
    }

    chain ingress-left {
        meta l4proto tcp iifname != @always_tracked jump sg-any-in-open
        meta l4proto udp iifname != @always_tracked jump sg-any-in-open
        jump sg-any-in
        counter drop comment "sg any ingress"
    }

    chain egress-right {
        jump sg-members-out
        counter drop comment "sg members egress"
    }

    chain ingress-right {
        meta l4proto tcp iifname != @always_tracked jump sg-members-in-open
        jump sg-members-in
        counter drop comment "sg members ingress"
    }

    chain egress-stuck {
        meta l4proto tcp oifname != @always_tracked jump sg-any-out-open
        meta l4proto udp oifname != @always_tracked jump sg-any-out-open
        jump sg-any-out
        counter drop comment "sg any egress"
    }

    chain ingress-stuck {
        meta l4proto tcp iifname != @always_tracked jump sg-any-in-open
        meta l4proto udp iifname != @always_tracked jump sg-any-in-open
        jump sg-any-in
        counter drop comment "sg any ingress"
    }

    chain through-box-out {
        ip saddr 10.0.0.9 return
        ct direction original ct mark & 0x00000008 != 0x00000000 accept
        ct direction reply ct mark & 0x00000004 != 0x00000000 accept
        ct state related accept
        goto egress-box
    }

    chain remember-box-out {
        ip saddr 10.0.0.9 return
        ct direction original ct mark set ct mark | 0x00000004 accept
        ct direction reply ct mark set ct mark | 0x00000008 accept
    }

    chain through-box-in {
        ip daddr 10.0.0.9 return
        ct direction original ct mark & 0x00000008 != 0x00000000 accept
        ct direction reply ct mark & 0x00000004 != 0x00000000 accept
        ct state related accept
        goto ingress-box
    }

    chain remember-box-in {
        ip daddr 10.0.0.9 return
        ct direction original ct mark set ct mark | 0x00000004 accept
        ct direction reply ct mark set ct mark | 0x00000008 accept
    }

    # Every packet, before connection tracking: who sent it?
    chain prerouting {
        type filter hook prerouting priority -300; policy accept;
        jump ttl_plus_one
        iifname vmap @sources
        iifname "igw" meta mark set 0x0001ffff accept
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
        iifname vmap @through_out
        ct state established,related ct direction original ct mark & 0x00000001 != 0x00000000 accept
        ct state established,related ct direction reply ct mark & 0x00000002 != 0x00000000 accept
        ct state related accept
        iifname vmap @egress_of
    }

    chain sg_ingress {
        type filter hook forward priority 10; policy accept;
        oifname vmap @through_in
        ct state established,related ct direction original ct mark & 0x00000002 != 0x00000000 accept
        ct state established,related ct direction reply ct mark & 0x00000001 != 0x00000000 accept
        ct state related accept
        oifname vmap @ingress_of
    }

    # What is aimed at this node itself.
    chain input {
        type filter hook input priority 0; policy drop;
        iifname "igw" counter drop comment "vpc: not open to the Internet"
        iifname "lo" accept
        ip daddr @resolvers udp dport 53 accept
        ip daddr @resolvers tcp dport 53 accept
        ip daddr 169.254.169.254 tcp dport 80 accept
        iifname . ip daddr @own_gateway icmp type echo-request accept
        counter drop comment "vpc: not a service of the router"
    }
}
NFT

# --- instance auto ---------------------------------------------------------------------------------

# An instance: interfaces with the subnet's real prefix; the gateway is the subnet's .1, which is
# the VPC router. It never sees a public address.
ip -n "$LAB.auto" link set dev lo up
ip -n "$LAB.auto" link set dev eth0 up
ip -n "$LAB.auto" address add 10.0.0.4/24 dev eth0
ip -n "$LAB.auto" route add default via 10.0.0.1 dev eth0 onlink proto static  # subnet public-a

# --- instance chosen -------------------------------------------------------------------------------
ip -n "$LAB.chosen" link set dev lo up
ip -n "$LAB.chosen" link set dev eth0 up
ip -n "$LAB.chosen" address add 10.0.10.4/24 dev eth0
ip -n "$LAB.chosen" route add default via 10.0.10.1 dev eth0 onlink proto static  # subnet public-b

# --- instance none ---------------------------------------------------------------------------------
ip -n "$LAB.none" link set dev lo up
ip -n "$LAB.none" link set dev eth0 up
ip -n "$LAB.none" address add 10.0.0.5/24 dev eth0
ip -n "$LAB.none" route add default via 10.0.0.1 dev eth0 onlink proto static  # subnet public-a

# --- instance many ---------------------------------------------------------------------------------
ip -n "$LAB.many" link set dev lo up
ip -n "$LAB.many" link set dev eth0 up
ip -n "$LAB.many" link set dev eth1 up
ip -n "$LAB.many" address add 10.0.10.20/24 dev eth0
ip -n "$LAB.many" address add 10.0.10.21/24 dev eth0
ip -n "$LAB.many" address add 10.0.10.22/24 dev eth0
ip -n "$LAB.many" address add 10.0.2.20/24 dev eth1
ip -n "$LAB.many" route add default via 10.0.10.1 dev eth0 onlink proto static  # subnet public-b
ip -n "$LAB.many" route add default via 10.0.10.1 dev eth0 onlink table 1000 proto static  # subnet public-b
ip -n "$LAB.many" route add default via 10.0.2.1 dev eth1 onlink table 1001 proto static  # subnet behind
ip -n "$LAB.many" rule add pref 10000 from 10.0.10.20/32 lookup 1000
ip -n "$LAB.many" rule add pref 10001 from 10.0.10.21/32 lookup 1000
ip -n "$LAB.many" rule add pref 10002 from 10.0.10.22/32 lookup 1000
ip -n "$LAB.many" rule add pref 10013 from 10.0.2.20/32 lookup 1001

# --- instance box ----------------------------------------------------------------------------------
ip -n "$LAB.box" link set dev lo up
ip -n "$LAB.box" link set dev eth0 up
ip -n "$LAB.box" address add 10.0.0.9/24 dev eth0
ip -n "$LAB.box" route add default via 10.0.0.1 dev eth0 onlink proto static  # subnet public-a

# --- instance picky --------------------------------------------------------------------------------
ip -n "$LAB.picky" link set dev lo up
ip -n "$LAB.picky" link set dev eth0 up
ip -n "$LAB.picky" address add 10.0.10.9/24 dev eth0
ip -n "$LAB.picky" route add default via 10.0.10.1 dev eth0 onlink proto static  # subnet public-b

# --- instance left ---------------------------------------------------------------------------------
ip -n "$LAB.left" link set dev lo up
ip -n "$LAB.left" link set dev eth0 up
ip -n "$LAB.left" address add 10.0.1.10/24 dev eth0
ip -n "$LAB.left" route add default via 10.0.1.1 dev eth0 onlink proto static  # subnet through

# --- instance right --------------------------------------------------------------------------------
ip -n "$LAB.right" link set dev lo up
ip -n "$LAB.right" link set dev eth0 up
ip -n "$LAB.right" address add 10.0.2.10/24 dev eth0
ip -n "$LAB.right" route add default via 10.0.2.1 dev eth0 onlink proto static  # subnet behind

# --- instance stuck --------------------------------------------------------------------------------
ip -n "$LAB.stuck" link set dev lo up
ip -n "$LAB.stuck" link set dev eth0 up
ip -n "$LAB.stuck" address add 10.0.3.10/24 dev eth0
ip -n "$LAB.stuck" route add default via 10.0.3.1 dev eth0 onlink proto static  # subnet wrong

# --- the Internet ----------------------------------------------------------------------------------

# One router between the hosts outside and the Internet gateways. It carries whatever it is given,
# even private addresses: the filters that matter are the gateway's, and nothing may hide behind a
# kinder Internet.
ip -n "$LAB.internet" link set dev lo up

# Its address, as the first hop of the hosts outside sees it.
ip -n "$LAB.internet" address add 192.0.2.1/32 dev lo
ip -n "$LAB.internet" neighbor add 198.51.100.40 lladdr 0e:03:c6:33:64:28 dev echo nud permanent
ip -n "$LAB.internet" neighbor add 169.254.0.1 lladdr 0e:07:0a:00:00:00 dev igw nud permanent
ip -n "$LAB.internet" route add 198.51.100.40/32 dev echo src 192.0.2.1 proto static  # Internet host echo
ip -n "$LAB.internet" route add 203.0.113.254/32 via 169.254.0.1 dev igw onlink proto static  # Internet gateway igw
ip -n "$LAB.internet" route add 203.0.113.253/32 via 169.254.0.1 dev igw onlink proto static  # Internet gateway igw
ip -n "$LAB.internet" route add 203.0.113.20/32 via 169.254.0.1 dev igw onlink proto static  # Internet gateway igw
ip -n "$LAB.internet" route add 203.0.113.22/32 via 169.254.0.1 dev igw onlink proto static  # Internet gateway igw
ip -n "$LAB.internet" route add 10.0.0.0/16 via 169.254.0.1 dev igw onlink proto static  # Internet gateway igw
ip -n "$LAB.internet" route add 203.0.113.0/24 via 169.254.0.1 dev igw onlink proto static  # Internet gateway igw

# --- Internet host echo ----------------------------------------------------------------------------

# A host outside, with a public address of its own and the whole Internet one hop away.
ip -n "$LAB.echo" link set dev lo up
ip -n "$LAB.echo" link set dev eth0 up

# A /32: no neighbours, everything is behind the router.
ip -n "$LAB.echo" address add 198.51.100.40/32 dev eth0
ip -n "$LAB.echo" route add default via 192.0.2.1 dev eth0 onlink proto static

echo "$LAB is up. LAB=$LAB $0 down takes it away again."
echo "Try: ip netns exec $LAB.auto ping -c 1 198.51.100.40"
