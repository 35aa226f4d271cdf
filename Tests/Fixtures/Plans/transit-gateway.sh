#!/usr/bin/env bash
# transit-gateway: A transit gateway with central egress
#
# The network that `netlab up transit-gateway` builds over netlink, built by hand: the same
# namespaces, wires, addresses, routes and rules. The servers of the lab are not part of it.
#
#   sudo ./this-script                build it
#   sudo ./this-script down           take it away again
#   sudo LAB=mine ./this-script       build it under another name
#
# Needs iproute2, procps and nftables (1.0.6 or later). Nothing outside the namespaces is changed.
set -euo pipefail

LAB=${LAB:-transit-gateway}

# Every box of the AWS diagram is a network namespace.
nodes=(
    "spoke-1"   # VPC router
    "one"       # instance
    "lost"      # instance
    "spoke-2"   # VPC router
    "two"       # instance
    "igw"       # Internet gateway
    "egress"    # VPC router
    "nat"       # NAT gateway
    "shared"    # instance
    "hub"       # transit gateway
    "west"      # transit gateway
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

ip netns add "$LAB.spoke-1"
ip netns add "$LAB.one"
ip netns add "$LAB.lost"
ip netns add "$LAB.spoke-2"
ip netns add "$LAB.two"
ip netns add "$LAB.igw"
ip netns add "$LAB.egress"
ip netns add "$LAB.nat"
ip netns add "$LAB.shared"
ip netns add "$LAB.hub"
ip netns add "$LAB.west"
ip netns add "$LAB.internet"
ip netns add "$LAB.echo"

# VPC router spoke-1:
# It forwards.
ip netns exec "$LAB.spoke-1" sysctl -q -w net.ipv4.ip_forward=1
# Source addresses are checked by rules below (source/dest check), not by the kernel's own guess.
ip netns exec "$LAB.spoke-1" sysctl -q -w net.ipv4.conf.all.rp_filter=0
ip netns exec "$LAB.spoke-1" sysctl -q -w net.ipv4.conf.default.rp_filter=0
# No router of AWS tells a host of a shorter way.
ip netns exec "$LAB.spoke-1" sysctl -q -w net.ipv4.conf.all.send_redirects=0
ip netns exec "$LAB.spoke-1" sysctl -q -w net.ipv4.conf.default.send_redirects=0
# What passes through is not for a socket here: the kernel need not look for one first.
ip netns exec "$LAB.spoke-1" sysctl -q -w net.ipv4.ip_early_demux=0
# The router answers ARP for every interface of the VPC.
ip netns exec "$LAB.spoke-1" sysctl -q -w net.ipv4.conf.default.proxy_arp=1
# A NAT gateway hands on the router's own "fragmentation needed"; it comes back with the router's
# own address as its source, which the kernel would call a lie.
ip netns exec "$LAB.spoke-1" sysctl -q -w net.ipv4.conf.all.accept_local=1
# Security groups remember flows; they do not police TCP windows.
ip netns exec "$LAB.spoke-1" sysctl -q -w net.netfilter.nf_conntrack_tcp_be_liberal=1
# A packet in mid-stream opens no flow: a NAT gateway has forgotten it, a router goes by its rules
# alone.
ip netns exec "$LAB.spoke-1" sysctl -q -w net.netfilter.nf_conntrack_tcp_loose=0
# Seconds of silence after which a flow is forgotten, as in AWS.
ip netns exec "$LAB.spoke-1" sysctl -q -w net.netfilter.nf_conntrack_udp_timeout=30
ip netns exec "$LAB.spoke-1" sysctl -q -w net.netfilter.nf_conntrack_udp_timeout_stream=180

# instance one:
# Every datagram for a closed port is refused, however often somebody asks.
ip netns exec "$LAB.one" sysctl -q -w net.ipv4.icmp_ratemask=0

# instance lost:
ip netns exec "$LAB.lost" sysctl -q -w net.ipv4.icmp_ratemask=0

# VPC router spoke-2:
ip netns exec "$LAB.spoke-2" sysctl -q -w net.ipv4.ip_forward=1
ip netns exec "$LAB.spoke-2" sysctl -q -w net.ipv4.conf.all.rp_filter=0
ip netns exec "$LAB.spoke-2" sysctl -q -w net.ipv4.conf.default.rp_filter=0
ip netns exec "$LAB.spoke-2" sysctl -q -w net.ipv4.conf.all.send_redirects=0
ip netns exec "$LAB.spoke-2" sysctl -q -w net.ipv4.conf.default.send_redirects=0
ip netns exec "$LAB.spoke-2" sysctl -q -w net.ipv4.ip_early_demux=0
ip netns exec "$LAB.spoke-2" sysctl -q -w net.ipv4.conf.default.proxy_arp=1
ip netns exec "$LAB.spoke-2" sysctl -q -w net.ipv4.conf.all.accept_local=1
ip netns exec "$LAB.spoke-2" sysctl -q -w net.netfilter.nf_conntrack_tcp_be_liberal=1
ip netns exec "$LAB.spoke-2" sysctl -q -w net.netfilter.nf_conntrack_tcp_loose=0
ip netns exec "$LAB.spoke-2" sysctl -q -w net.netfilter.nf_conntrack_udp_timeout=30
ip netns exec "$LAB.spoke-2" sysctl -q -w net.netfilter.nf_conntrack_udp_timeout_stream=180

# instance two:
ip netns exec "$LAB.two" sysctl -q -w net.ipv4.icmp_ratemask=0

# Internet gateway igw:
ip netns exec "$LAB.igw" sysctl -q -w net.ipv4.ip_forward=1
ip netns exec "$LAB.igw" sysctl -q -w net.ipv4.conf.all.rp_filter=0
ip netns exec "$LAB.igw" sysctl -q -w net.ipv4.conf.default.rp_filter=0
ip netns exec "$LAB.igw" sysctl -q -w net.ipv4.conf.all.send_redirects=0
ip netns exec "$LAB.igw" sysctl -q -w net.ipv4.conf.default.send_redirects=0
ip netns exec "$LAB.igw" sysctl -q -w net.ipv4.ip_early_demux=0

# VPC router egress:
ip netns exec "$LAB.egress" sysctl -q -w net.ipv4.ip_forward=1
ip netns exec "$LAB.egress" sysctl -q -w net.ipv4.conf.all.rp_filter=0
ip netns exec "$LAB.egress" sysctl -q -w net.ipv4.conf.default.rp_filter=0
ip netns exec "$LAB.egress" sysctl -q -w net.ipv4.conf.all.send_redirects=0
ip netns exec "$LAB.egress" sysctl -q -w net.ipv4.conf.default.send_redirects=0
ip netns exec "$LAB.egress" sysctl -q -w net.ipv4.ip_early_demux=0
ip netns exec "$LAB.egress" sysctl -q -w net.ipv4.conf.default.proxy_arp=1
ip netns exec "$LAB.egress" sysctl -q -w net.ipv4.conf.all.accept_local=1
ip netns exec "$LAB.egress" sysctl -q -w net.netfilter.nf_conntrack_tcp_be_liberal=1
ip netns exec "$LAB.egress" sysctl -q -w net.netfilter.nf_conntrack_tcp_loose=0
ip netns exec "$LAB.egress" sysctl -q -w net.netfilter.nf_conntrack_udp_timeout=30
ip netns exec "$LAB.egress" sysctl -q -w net.netfilter.nf_conntrack_udp_timeout_stream=180

# NAT gateway nat:
ip netns exec "$LAB.nat" sysctl -q -w net.ipv4.ip_forward=1
ip netns exec "$LAB.nat" sysctl -q -w net.ipv4.conf.all.rp_filter=0
ip netns exec "$LAB.nat" sysctl -q -w net.ipv4.conf.default.rp_filter=0
ip netns exec "$LAB.nat" sysctl -q -w net.ipv4.conf.all.send_redirects=0
ip netns exec "$LAB.nat" sysctl -q -w net.ipv4.conf.default.send_redirects=0
ip netns exec "$LAB.nat" sysctl -q -w net.ipv4.ip_early_demux=0
ip netns exec "$LAB.nat" sysctl -q -w net.netfilter.nf_conntrack_tcp_loose=0
ip netns exec "$LAB.nat" sysctl -q -w net.netfilter.nf_conntrack_tcp_timeout_established=350
ip netns exec "$LAB.nat" sysctl -q -w net.netfilter.nf_conntrack_udp_timeout=350
ip netns exec "$LAB.nat" sysctl -q -w net.netfilter.nf_conntrack_udp_timeout_stream=350
ip netns exec "$LAB.nat" sysctl -q -w net.netfilter.nf_conntrack_icmp_timeout=350

# instance shared:
ip netns exec "$LAB.shared" sysctl -q -w net.ipv4.icmp_ratemask=0

# transit gateway hub:
ip netns exec "$LAB.hub" sysctl -q -w net.ipv4.ip_forward=1
ip netns exec "$LAB.hub" sysctl -q -w net.ipv4.conf.all.rp_filter=0
ip netns exec "$LAB.hub" sysctl -q -w net.ipv4.conf.default.rp_filter=0
ip netns exec "$LAB.hub" sysctl -q -w net.ipv4.conf.all.send_redirects=0
ip netns exec "$LAB.hub" sysctl -q -w net.ipv4.conf.default.send_redirects=0
ip netns exec "$LAB.hub" sysctl -q -w net.ipv4.ip_early_demux=0

# transit gateway west:
ip netns exec "$LAB.west" sysctl -q -w net.ipv4.ip_forward=1
ip netns exec "$LAB.west" sysctl -q -w net.ipv4.conf.all.rp_filter=0
ip netns exec "$LAB.west" sysctl -q -w net.ipv4.conf.default.rp_filter=0
ip netns exec "$LAB.west" sysctl -q -w net.ipv4.conf.all.send_redirects=0
ip netns exec "$LAB.west" sysctl -q -w net.ipv4.conf.default.send_redirects=0
ip netns exec "$LAB.west" sysctl -q -w net.ipv4.ip_early_demux=0

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

ip -n "$LAB.hub" link add name s1.a index 10 address 0e:09:00:00:00:01 mtu 8500 numtxqueues 1 numrxqueues 1 \
    type veth peer name hub.a index 2 address 0e:09:00:00:00:02 mtu 8500 numtxqueues 1 numrxqueues 1 \
    netns "$LAB.spoke-1"
ip -n "$LAB.hub" link set dev s1.a up

ip -n "$LAB.hub" link add name s2.a index 11 address 0e:09:00:00:00:03 mtu 8500 numtxqueues 1 numrxqueues 1 \
    type veth peer name hub.a index 2 address 0e:09:00:00:00:04 mtu 8500 numtxqueues 1 numrxqueues 1 \
    netns "$LAB.spoke-2"
ip -n "$LAB.hub" link set dev s2.a up

ip -n "$LAB.hub" link add name out.a index 12 address 0e:09:00:00:00:05 mtu 8500 numtxqueues 1 numrxqueues 1 \
    type veth peer name hub.a index 2 address 0e:09:00:00:00:06 mtu 8500 numtxqueues 1 numrxqueues 1 \
    netns "$LAB.egress"
ip -n "$LAB.hub" link set dev out.a up

ip -n "$LAB.hub" link add name west index 13 address 0e:09:00:00:00:07 mtu 8500 numtxqueues 1 numrxqueues 1 \
    type veth peer name hub index 2 address 0e:09:00:00:00:08 mtu 8500 numtxqueues 1 numrxqueues 1 \
    netns "$LAB.west"
ip -n "$LAB.hub" link set dev west up

ip -n "$LAB.spoke-1" link add name one index 3 address 0e:02:0a:01:01:0a mtu 9001 numtxqueues 1 numrxqueues 1 \
    type veth peer name eth0 index 2 address 0e:01:0a:01:01:0a mtu 9001 numtxqueues 1 numrxqueues 1 \
    netns "$LAB.one"
ip -n "$LAB.spoke-1" link set dev one up

ip -n "$LAB.spoke-1" link add name lost index 4 address 0e:02:0a:01:02:0a mtu 9001 numtxqueues 1 numrxqueues 1 \
    type veth peer name eth0 index 2 address 0e:01:0a:01:02:0a mtu 9001 numtxqueues 1 numrxqueues 1 \
    netns "$LAB.lost"
ip -n "$LAB.spoke-1" link set dev lost up

ip -n "$LAB.spoke-2" link add name two index 3 address 0e:02:0a:02:01:0a mtu 9001 numtxqueues 1 numrxqueues 1 \
    type veth peer name eth0 index 2 address 0e:01:0a:02:01:0a mtu 9001 numtxqueues 1 numrxqueues 1 \
    netns "$LAB.two"
ip -n "$LAB.spoke-2" link set dev two up

ip -n "$LAB.internet" link add name igw index 10 address 0e:08:0a:00:00:00 mtu 1500 numtxqueues 1 numrxqueues 1 \
    type veth peer name internet index 2 address 0e:07:0a:00:00:00 mtu 1500 numtxqueues 1 numrxqueues 1 \
    netns "$LAB.igw"
ip -n "$LAB.internet" link set dev igw up

ip -n "$LAB.egress" link add name igw index 4 address 0e:06:0a:00:00:00 mtu 1500 numtxqueues 1 numrxqueues 1 \
    type veth peer name vpc index 3 address 0e:05:0a:00:00:00 mtu 1500 numtxqueues 1 numrxqueues 1 \
    netns "$LAB.igw"
ip -n "$LAB.egress" link set dev igw up

ip -n "$LAB.egress" link add name nat index 5 address 0e:02:0a:00:00:04 mtu 8500 numtxqueues 1 numrxqueues 1 \
    type veth peer name eth0 index 2 address 0e:01:0a:00:00:04 mtu 8500 numtxqueues 1 numrxqueues 1 \
    netns "$LAB.nat"
ip -n "$LAB.egress" link set dev nat up

ip -n "$LAB.egress" link add name shared index 6 address 0e:02:0a:00:00:0a mtu 9001 numtxqueues 1 numrxqueues 1 \
    type veth peer name eth0 index 2 address 0e:01:0a:00:00:0a mtu 9001 numtxqueues 1 numrxqueues 1 \
    netns "$LAB.shared"
ip -n "$LAB.egress" link set dev shared up

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

# --- VPC router spoke-1 ----------------------------------------------------------------------------

# The VPC's implicit router: local routes, route tables, network ACLs, security groups, and the
# services at base + 2 and 169.254.169.x.
ip -n "$LAB.spoke-1" link set dev lo up
ip -n "$LAB.spoke-1" link set dev hub.a up

# Neighbours of one subnet look for each other by ARP. The router answers for them, at once: the
# kernel would wait up to 0.8 s to let the real owner go first.
ip netns exec "$LAB.spoke-1" sysctl -q -w net.ipv4.neigh.one.proxy_delay=0
ip netns exec "$LAB.spoke-1" sysctl -q -w net.ipv4.neigh.lost.proxy_delay=0

# Its own addresses: .1 of each subnet, the DNS resolver, the metadata service. On lo, for no wire
# is theirs.
ip -n "$LAB.spoke-1" address add 10.1.1.1/32 dev lo
ip -n "$LAB.spoke-1" address add 10.1.2.1/32 dev lo
ip -n "$LAB.spoke-1" address add 10.1.9.1/32 dev lo
ip -n "$LAB.spoke-1" address add 10.1.0.2/32 dev lo
ip -n "$LAB.spoke-1" address add 169.254.169.253/32 dev lo
ip -n "$LAB.spoke-1" address add 169.254.169.254/32 dev lo

# The fabric knows which interface has which address and never asks: permanent entries. An instance
# that claims another's address gets nothing by it.
ip -n "$LAB.spoke-1" neighbor add 10.1.1.10 lladdr 0e:01:0a:01:01:0a dev one nud permanent
ip -n "$LAB.spoke-1" neighbor add 10.1.2.10 lladdr 0e:01:0a:01:02:0a dev lost nud permanent
ip -n "$LAB.spoke-1" neighbor add 169.254.0.4 lladdr 0e:09:00:00:00:01 dev hub.a nud permanent

# The local route: each interface of the VPC, by its wire. Errors of the router come from the .1 of
# the receiver's own subnet.
ip -n "$LAB.spoke-1" route add 10.1.1.10/32 dev one src 10.1.1.1 proto static
ip -n "$LAB.spoke-1" route add 10.1.2.10/32 dev lost src 10.1.2.1 proto static

# Where no route leads. Not `unreachable`: that would be answered by ICMP, and AWS is silent.
# Through lo the packet still passes the rules below, which count and drop it in the route table's
# name.
ip -n "$LAB.spoke-1" route add default dev lo table 100 proto static

# The AWS route table app in zone a. `throw` is the local route of every route table: the search
# ends in this table and goes on in main, so a route to everywhere takes no packet out of the VPC
# that belongs there. A route whose target is gone (blackhole) leads to lo, too.
ip -n "$LAB.spoke-1" route add throw 10.1.0.0/16 table 101 proto static
ip -n "$LAB.spoke-1" route add default via 169.254.0.4 dev hub.a onlink table 101 proto static

# The AWS route table app in zone b.
ip -n "$LAB.spoke-1" route add throw 10.1.0.0/16 table 102 proto static
ip -n "$LAB.spoke-1" route add default dev lo table 102 proto static

# The AWS route table rtb-main.
ip -n "$LAB.spoke-1" route add throw 10.1.0.0/16 table 103 proto static

# The AWS route table rtb-tgw-a.
ip -n "$LAB.spoke-1" route add throw 10.1.0.0/16 table 104 proto static

# The mark that prerouting gives says which route table a packet's subnet uses. What finds no route
# in it nor in main falls through to table 100.
ip -n "$LAB.spoke-1" rule add pref 100 fwmark 0x10001 lookup 101
ip -n "$LAB.spoke-1" rule add pref 101 fwmark 0x10002 lookup 102
ip -n "$LAB.spoke-1" rule add pref 102 fwmark 0x10003 lookup 103
ip -n "$LAB.spoke-1" rule add pref 103 fwmark 0x10004 lookup 104
ip -n "$LAB.spoke-1" rule add pref 33000 fwmark 0x10000/0x10000 lookup 100

ttl_plus_one | ip netns exec "$LAB.spoke-1" nft -f -
ip netns exec "$LAB.spoke-1" nft -f - <<'NFT'
table ip netlab {
    # Who sent it, by wire: one look-up, however many interfaces there are.
    map sources {
        type ifname : verdict
        elements = { "one" : goto eni-one, "lost" : goto eni-lost, "hub.a" : goto tgw-hub.a }
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
        elements = { "one" . 10.1.1.1, "lost" . 10.1.2.1 }
    }
    map acl_in {
        type ifname : verdict
        elements = {
            "one" : goto acl-default-in,
            "lost" : goto acl-default-in,
            "hub.a" : goto acl-guard-in,
        }
    }
    # For the name of the route table that had no route.
    map route_tables {
        type mark : verdict
        elements = {
            0x00010001 : goto table-app.a,
            0x00010002 : goto table-app.b,
            0x00010003 : goto table-rtb-main,
            0x00010004 : goto table-rtb-tgw-a,
        }
    }
    set vpc {
        type ipv4_addr
        flags interval
        elements = { 10.1.0.0/16 }
    }
    # Wires to other networks: nobody there may use this VPC's resolver or metadata.
    set borders {
        type ifname
        elements = { "hub.a" }
    }
    # Flows through these are remembered whatever the rules of the groups.
    set always_tracked {
        type ifname
        elements = { "hub.a" }
    }
    # Which chain guards an interface.
    map egress_of {
        type ifname : verdict
        elements = { "one" : goto egress-one, "lost" : goto egress-lost }
    }
    map ingress_of {
        type ifname : verdict
        elements = { "one" : goto ingress-one, "lost" : goto ingress-lost }
    }

    # One per interface: may it send from that address?
    chain eni-one {
        ip saddr != 10.1.1.10 counter drop comment "eni one: source/dest check"
        goto subnet-app-a
    }

    chain eni-lost {
        ip saddr != 10.1.2.10 counter drop comment "eni lost: source/dest check"
        goto subnet-app-b
    }

    # From a transit gateway: as if from an interface in the subnet of its attachment.
    chain tgw-hub.a {
        goto subnet-tgw-a
    }

    # One per subnet. Inside the subnet neither ACL nor route table is asked; else the ACL on the
    # way out, then the mark of the subnet's route table.
    chain subnet-app-a {
        ip daddr @services accept
        ip daddr 10.1.1.0/24 meta mark set 0x00010000 accept
        jump acl-default-out
        meta mark set 0x00010001 accept
    }

    chain subnet-app-b {
        ip daddr @services accept
        ip daddr 10.1.2.0/24 meta mark set 0x00010000 accept
        jump acl-default-out
        meta mark set 0x00010002 accept
    }

    chain subnet-tgw-a {
        ip daddr @services accept
        ip daddr 10.1.9.0/28 meta mark set 0x00010000 accept
        jump acl-guard-out
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

    chain acl-guard-in {
        ip saddr 10.1.0.0/16 tcp dport 8081 counter drop comment "acl guard ingress rule 90"
        return comment "acl guard ingress rule 100"
        counter drop comment "acl guard ingress *"
    }

    chain acl-guard-out {
        ip daddr 10.1.0.0/16 tcp dport 8082 counter drop comment "acl guard egress rule 90"
        return comment "acl guard egress rule 100"
        counter drop comment "acl guard egress *"
    }

    # Says in whose name it is dropped.
    chain unroutable {
        ip daddr @vpc counter drop comment "vpc: nobody has this address"
        meta mark vmap @route_tables
        counter drop comment "vpc: no route"
    }

    chain table-app.a {
        counter drop comment "rtb app: no route"
    }

    chain table-app.b {
        counter drop comment "tgw hub: no attachment in zone b"
        counter drop comment "rtb app: no route"
    }

    chain table-rtb-main {
        counter drop comment "rtb main: no route"
    }

    chain table-rtb-tgw-a {
        counter drop comment "rtb tgw-a: no route"
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
    chain egress-one {
        meta l4proto tcp oifname != @always_tracked jump sg-any-out-open
        meta l4proto udp oifname != @always_tracked jump sg-any-out-open
        jump sg-any-out
        counter drop comment "sg any egress"
    }

    chain ingress-one {
        meta l4proto tcp iifname != @always_tracked jump sg-any-in-open
        meta l4proto udp iifname != @always_tracked jump sg-any-in-open
        jump sg-any-in
        counter drop comment "sg any ingress"
    }

    chain egress-lost {
        meta l4proto tcp oifname != @always_tracked jump sg-any-out-open
        meta l4proto udp oifname != @always_tracked jump sg-any-out-open
        jump sg-any-out
        counter drop comment "sg any egress"
    }

    chain ingress-lost {
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

# --- instance one ----------------------------------------------------------------------------------

# An instance: interfaces with the subnet's real prefix; the gateway is the subnet's .1, which is
# the VPC router. It never sees a public address.
ip -n "$LAB.one" link set dev lo up
ip -n "$LAB.one" link set dev eth0 up
ip -n "$LAB.one" address add 10.1.1.10/24 dev eth0
ip -n "$LAB.one" route add default via 10.1.1.1 dev eth0 onlink proto static  # subnet app-a

# --- instance lost ---------------------------------------------------------------------------------
ip -n "$LAB.lost" link set dev lo up
ip -n "$LAB.lost" link set dev eth0 up
ip -n "$LAB.lost" address add 10.1.2.10/24 dev eth0
ip -n "$LAB.lost" route add default via 10.1.2.1 dev eth0 onlink proto static  # subnet app-b

# --- VPC router spoke-2 ----------------------------------------------------------------------------
ip -n "$LAB.spoke-2" link set dev lo up
ip -n "$LAB.spoke-2" link set dev hub.a up
ip netns exec "$LAB.spoke-2" sysctl -q -w net.ipv4.neigh.two.proxy_delay=0
ip -n "$LAB.spoke-2" address add 10.2.1.1/32 dev lo
ip -n "$LAB.spoke-2" address add 10.2.0.2/32 dev lo
ip -n "$LAB.spoke-2" address add 169.254.169.253/32 dev lo
ip -n "$LAB.spoke-2" address add 169.254.169.254/32 dev lo
ip -n "$LAB.spoke-2" neighbor add 10.2.1.10 lladdr 0e:01:0a:02:01:0a dev two nud permanent
ip -n "$LAB.spoke-2" neighbor add 169.254.0.4 lladdr 0e:09:00:00:00:03 dev hub.a nud permanent

# The local route: each interface of the VPC, by its wire. Errors of the router come from the .1 of
# the receiver's own subnet.
ip -n "$LAB.spoke-2" route add 10.2.1.10/32 dev two src 10.2.1.1 proto static

# Where no route leads. Not `unreachable`: that would be answered by ICMP, and AWS is silent.
# Through lo the packet still passes the rules below, which count and drop it in the route table's
# name.
ip -n "$LAB.spoke-2" route add default dev lo table 100 proto static

# The AWS route table rtb-main.
ip -n "$LAB.spoke-2" route add throw 10.2.0.0/16 table 101 proto static

# The AWS route table rtb-app.
ip -n "$LAB.spoke-2" route add throw 10.2.0.0/16 table 102 proto static
ip -n "$LAB.spoke-2" route add default via 169.254.0.4 dev hub.a onlink table 102 proto static
ip -n "$LAB.spoke-2" rule add pref 100 fwmark 0x10001 lookup 101
ip -n "$LAB.spoke-2" rule add pref 101 fwmark 0x10002 lookup 102
ip -n "$LAB.spoke-2" rule add pref 33000 fwmark 0x10000/0x10000 lookup 100

ttl_plus_one | ip netns exec "$LAB.spoke-2" nft -f -
ip netns exec "$LAB.spoke-2" nft -f - <<'NFT'
table ip netlab {
    # Who sent it, by wire: one look-up, however many interfaces there are.
    map sources {
        type ifname : verdict
        elements = { "two" : goto eni-two, "hub.a" : goto tgw-hub.a }
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
        elements = { "two" . 10.2.1.1 }
    }
    map acl_in {
        type ifname : verdict
        elements = { "two" : goto acl-default-in, "hub.a" : goto acl-default-in }
    }
    # For the name of the route table that had no route.
    map route_tables {
        type mark : verdict
        elements = { 0x00010001 : goto table-rtb-main, 0x00010002 : goto table-rtb-app }
    }
    set vpc {
        type ipv4_addr
        flags interval
        elements = { 10.2.0.0/16 }
    }
    # Wires to other networks: nobody there may use this VPC's resolver or metadata.
    set borders {
        type ifname
        elements = { "hub.a" }
    }
    # Flows through these are remembered whatever the rules of the groups.
    set always_tracked {
        type ifname
        elements = { "hub.a" }
    }
    # Which chain guards an interface.
    map egress_of {
        type ifname : verdict
        elements = { "two" : goto egress-two }
    }
    map ingress_of {
        type ifname : verdict
        elements = { "two" : goto ingress-two }
    }

    # One per interface: may it send from that address?
    chain eni-two {
        ip saddr != 10.2.1.10 counter drop comment "eni two: source/dest check"
        goto subnet-app
    }

    # From a transit gateway: as if from an interface in the subnet of its attachment.
    chain tgw-hub.a {
        goto subnet-app
    }

    # One per subnet. Inside the subnet neither ACL nor route table is asked; else the ACL on the
    # way out, then the mark of the subnet's route table.
    chain subnet-app {
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

    chain table-rtb-app {
        counter drop comment "rtb app: no route"
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
    chain egress-two {
        meta l4proto tcp oifname != @always_tracked jump sg-any-out-open
        meta l4proto udp oifname != @always_tracked jump sg-any-out-open
        jump sg-any-out
        counter drop comment "sg any egress"
    }

    chain ingress-two {
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

# --- instance two ----------------------------------------------------------------------------------
ip -n "$LAB.two" link set dev lo up
ip -n "$LAB.two" link set dev eth0 up
ip -n "$LAB.two" address add 10.2.1.10/24 dev eth0
ip -n "$LAB.two" route add default via 10.2.1.1 dev eth0 onlink proto static  # subnet app

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
ip -n "$LAB.igw" route add 10.0.0.0/16 via 169.254.0.2 dev vpc onlink proto static  # VPC egress

ttl_plus_one | ip netns exec "$LAB.igw" nft -f -
ip netns exec "$LAB.igw" nft -f - <<'NFT'
table ip netlab {
    # Elastic and public IPs. The guest never sees its own.
    map private_to_public {
        type ipv4_addr : ipv4_addr
        elements = { 10.0.0.4 : 203.0.113.11 }
    }
    map public_to_private {
        type ipv4_addr : ipv4_addr
        elements = { 203.0.113.11 : 10.0.0.4 }
    }
    set own_public {
        type ipv4_addr
        elements = { 203.0.113.11 }
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

# --- VPC router egress -----------------------------------------------------------------------------
ip -n "$LAB.egress" link set dev lo up
ip -n "$LAB.egress" link set dev hub.a up
ip netns exec "$LAB.egress" sysctl -q -w net.ipv4.neigh.nat.proxy_delay=0
ip netns exec "$LAB.egress" sysctl -q -w net.ipv4.neigh.shared.proxy_delay=0
ip -n "$LAB.egress" address add 10.0.0.1/32 dev lo
ip -n "$LAB.egress" address add 10.0.9.1/32 dev lo
ip -n "$LAB.egress" address add 10.0.0.2/32 dev lo
ip -n "$LAB.egress" address add 169.254.169.253/32 dev lo
ip -n "$LAB.egress" address add 169.254.169.254/32 dev lo
ip -n "$LAB.egress" neighbor add 10.0.0.4 lladdr 0e:01:0a:00:00:04 dev nat nud permanent
ip -n "$LAB.egress" neighbor add 10.0.0.10 lladdr 0e:01:0a:00:00:0a dev shared nud permanent
ip -n "$LAB.egress" neighbor add 169.254.0.4 lladdr 0e:09:00:00:00:05 dev hub.a nud permanent
ip -n "$LAB.egress" neighbor add 169.254.0.1 lladdr 0e:05:0a:00:00:00 dev igw nud permanent

# The local route: each interface of the VPC, by its wire. Errors of the router come from the .1 of
# the receiver's own subnet.
ip -n "$LAB.egress" route add 10.0.0.4/32 dev nat src 10.0.0.1 proto static
ip -n "$LAB.egress" route add 10.0.0.10/32 dev shared src 10.0.0.1 proto static

# Where no route leads. Not `unreachable`: that would be answered by ICMP, and AWS is silent.
# Through lo the packet still passes the rules below, which count and drop it in the route table's
# name.
ip -n "$LAB.egress" route add default dev lo table 100 proto static

# The AWS route table rtb-main.
ip -n "$LAB.egress" route add throw 10.0.0.0/16 table 101 proto static

# The AWS route table rtb-public.
ip -n "$LAB.egress" route add throw 10.0.0.0/16 table 102 proto static
ip -n "$LAB.egress" route add default via 169.254.0.1 dev igw onlink table 102 proto static
ip -n "$LAB.egress" route add 10.0.0.0/8 via 169.254.0.4 dev hub.a onlink table 102 proto static

# The AWS route table rtb-tgw.
ip -n "$LAB.egress" route add throw 10.0.0.0/16 table 103 proto static
ip -n "$LAB.egress" route add default via 10.0.0.4 dev nat onlink table 103 proto static
ip -n "$LAB.egress" rule add pref 100 fwmark 0x10001 lookup 101
ip -n "$LAB.egress" rule add pref 101 fwmark 0x10002 lookup 102
ip -n "$LAB.egress" rule add pref 102 fwmark 0x10003 lookup 103
ip -n "$LAB.egress" rule add pref 33000 fwmark 0x10000/0x10000 lookup 100

ttl_plus_one | ip netns exec "$LAB.egress" nft -f -
ip netns exec "$LAB.egress" nft -f - <<'NFT'
table ip netlab {
    # Who sent it, by wire: one look-up, however many interfaces there are.
    map sources {
        type ifname : verdict
        elements = {
            "nat" : goto eni-nat,
            "shared" : goto eni-shared,
            "hub.a" : goto tgw-hub.a,
        }
    }
    # They have no security groups: what passes between them and the Internet gateway is not
    # remembered here.
    set nat_gateways {
        type ipv4_addr
        elements = { 10.0.0.4 }
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
        elements = { "nat" . 10.0.0.1, "shared" . 10.0.0.1 }
    }
    map acl_in {
        type ifname : verdict
        elements = {
            "nat" : goto acl-default-in,
            "shared" : goto acl-default-in,
            "hub.a" : goto acl-default-in,
        }
    }
    # For the name of the route table that had no route.
    map route_tables {
        type mark : verdict
        elements = {
            0x00010001 : goto table-rtb-main,
            0x00010002 : goto table-rtb-public,
            0x00010003 : goto table-rtb-tgw,
        }
    }
    set vpc {
        type ipv4_addr
        flags interval
        elements = { 10.0.0.0/16 }
    }
    # Wires to other networks: nobody there may use this VPC's resolver or metadata.
    set borders {
        type ifname
        elements = { "hub.a" }
    }
    # Flows through these are remembered whatever the rules of the groups.
    set always_tracked {
        type ifname
        elements = { "nat", "hub.a" }
    }
    # Which chain guards an interface.
    map egress_of {
        type ifname : verdict
        elements = { "shared" : goto egress-shared }
    }
    map ingress_of {
        type ifname : verdict
        elements = { "shared" : goto ingress-shared }
    }

    # One per interface: may it send from that address?
    chain eni-nat {
        ip saddr 10.0.0.4 ip daddr != @vpc notrack
        goto subnet-public
    }

    chain eni-shared {
        ip saddr != 10.0.0.10 counter drop comment "eni shared: source/dest check"
        goto subnet-public
    }

    # From a transit gateway: as if from an interface in the subnet of its attachment.
    chain tgw-hub.a {
        goto subnet-tgw
    }

    # One per subnet. Inside the subnet neither ACL nor route table is asked; else the ACL on the
    # way out, then the mark of the subnet's route table.
    chain subnet-public {
        ip daddr @services accept
        ip daddr 10.0.0.0/24 meta mark set 0x00010000 accept
        jump acl-default-out
        meta mark set 0x00010002 accept
    }

    chain subnet-tgw {
        ip daddr @services accept
        ip daddr 10.0.9.0/28 meta mark set 0x00010000 accept
        jump acl-default-out
        meta mark set 0x00010003 accept
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

    chain table-rtb-public {
        counter drop comment "rtb public: no route"
    }

    chain table-rtb-tgw {
        counter drop comment "rtb tgw: no route"
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
    chain egress-shared {
        meta l4proto tcp oifname != @always_tracked jump sg-any-out-open
        meta l4proto udp oifname != @always_tracked jump sg-any-out-open
        jump sg-any-out
        counter drop comment "sg any egress"
    }

    chain ingress-shared {
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
        iifname "igw" ip daddr @nat_gateways notrack
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
        iifname "igw" counter drop comment "vpc: not open to the Internet"
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

# --- NAT gateway nat -------------------------------------------------------------------------------

# An interface in a public subnet that puts its own private address before what private instances
# send and remembers the flow. The Internet gateway then makes that the Elastic IP: two
# translations, as in AWS.
ip -n "$LAB.nat" link set dev lo up
ip -n "$LAB.nat" link set dev eth0 up
ip -n "$LAB.nat" address add 10.0.0.4/24 dev eth0
ip -n "$LAB.nat" route add default via 10.0.0.1 dev eth0 onlink proto static  # subnet public

ip netns exec "$LAB.nat" nft -f - <<'NFT'
table ip netlab {
    set vpc {
        type ipv4_addr
        flags interval
        elements = { 10.0.0.0-10.2.255.255 }
    }

    # A NAT gateway passes fragments of UDP only. Asked before they are put together.
    chain fragments {
        type filter hook prerouting priority -450; policy accept;
        ip frag-off & 0x3fff != 0 meta l4proto udp accept
        ip frag-off & 0x3fff != 0 counter drop comment "nat nat: fragment"
    }

    # Nobody can talk to the gateway itself; replies to flows are not for it, either.
    chain input {
        type filter hook input priority 0; policy drop;
        iifname "lo" accept
        counter drop comment "nat nat: not a reply"
    }

    # Flows begin inside. TCP, UDP and ICMP only. A flow that was silent for 350 s is answered by a
    # reset inside.
    chain forward {
        type filter hook forward priority 0; policy drop;
        tcp flags syn tcp option maxseg size set rt mtu
        ct state established,related accept
        ip saddr @vpc meta l4proto tcp ct state invalid counter reject with tcp reset comment "nat nat: unknown flow"
        ct state invalid counter drop comment "nat nat: not of a flow of its own"
        ip saddr != @vpc counter drop comment "nat nat: source outside the VPC"
        meta l4proto tcp accept
        meta l4proto udp accept
        meta l4proto icmp accept
        counter drop comment "nat nat: protocol"
    }

    # Its own private address, and one of 55,000 ports at random: so many flows one destination may
    # have at a time, and the kernel drops what finds no free one.
    chain postrouting {
        type nat hook postrouting priority 100; policy accept;
        ip saddr @vpc meta l4proto tcp snat to 10.0.0.4:1024-56023 fully-random
        ip saddr @vpc meta l4proto udp snat to 10.0.0.4:1024-56023 fully-random
        ip saddr @vpc meta l4proto icmp snat to 10.0.0.4
    }
}
NFT

# --- instance shared -------------------------------------------------------------------------------
ip -n "$LAB.shared" link set dev lo up
ip -n "$LAB.shared" link set dev eth0 up
ip -n "$LAB.shared" address add 10.0.0.10/24 dev eth0
ip -n "$LAB.shared" route add default via 10.0.0.1 dev eth0 onlink proto static  # subnet public

# --- transit gateway hub ---------------------------------------------------------------------------

# A router between VPCs: the table an attachment is associated with places what comes from it.
ip -n "$LAB.hub" link set dev lo up
ip -n "$LAB.hub" neighbor add 169.254.0.4 lladdr 0e:09:00:00:00:02 dev s1.a nud permanent
ip -n "$LAB.hub" neighbor add 169.254.0.4 lladdr 0e:09:00:00:00:04 dev s2.a nud permanent
ip -n "$LAB.hub" neighbor add 169.254.0.4 lladdr 0e:09:00:00:00:06 dev out.a nud permanent
ip -n "$LAB.hub" neighbor add 169.254.0.4 lladdr 0e:09:00:00:00:08 dev west nud permanent

# Where no route leads. Not `unreachable`: that would be answered by ICMP, and AWS is silent.
# Through lo the packet still passes the rules below, which count and drop it in the route table's
# name.
ip -n "$LAB.hub" route add default dev lo table 100 proto static

# The gateway's route table spokes in zone a.
ip -n "$LAB.hub" route add default via 169.254.0.4 dev out.a onlink table 101 proto static
ip -n "$LAB.hub" route add 10.1.0.0/16 dev lo table 101 proto static
ip -n "$LAB.hub" route add 10.2.0.0/16 dev lo table 101 proto static
ip -n "$LAB.hub" route add 172.16.0.0/12 via 169.254.0.4 dev west onlink table 101 proto static
ip -n "$LAB.hub" route add 10.0.0.0/16 via 169.254.0.4 dev out.a onlink table 101 proto static

# The gateway's route table core in zone a.
ip -n "$LAB.hub" route add 10.1.0.0/16 via 169.254.0.4 dev s1.a onlink table 102 proto static
ip -n "$LAB.hub" route add 10.2.0.0/16 via 169.254.0.4 dev s2.a onlink table 102 proto static
ip -n "$LAB.hub" route add 10.0.0.0/16 via 169.254.0.4 dev out.a onlink table 102 proto static

# The gateway's route table core.
ip -n "$LAB.hub" route add 10.1.0.0/16 via 169.254.0.4 dev s1.a onlink table 103 proto static
ip -n "$LAB.hub" route add 10.2.0.0/16 via 169.254.0.4 dev s2.a onlink table 103 proto static
ip -n "$LAB.hub" route add 10.0.0.0/16 via 169.254.0.4 dev out.a onlink table 103 proto static
ip -n "$LAB.hub" rule add pref 100 fwmark 0x10001 lookup 101
ip -n "$LAB.hub" rule add pref 101 fwmark 0x10002 lookup 102
ip -n "$LAB.hub" rule add pref 102 fwmark 0x10003 lookup 103
ip -n "$LAB.hub" rule add pref 33000 fwmark 0x10000/0x10000 lookup 100

ip netns exec "$LAB.hub" nft -f - <<'NFT'
table ip netlab {
    # Who sent it, by wire: one look-up, however many interfaces there are.
    map sources {
        type ifname : verdict
        elements = {
            "s1.a" : goto from-s1.a,
            "s2.a" : goto from-s2.a,
            "out.a" : goto from-out.a,
            "west" : goto from-west,
        }
    }
    # For the name of the route table that had no route.
    map route_tables {
        type mark : verdict
        elements = {
            0x00010001 : goto table-spokes.a,
            0x00010002 : goto table-core.a,
            0x00010003 : goto table-core,
        }
    }

    chain from-s1.a {
        meta mark set 0x00010001 accept
    }

    chain from-s2.a {
        meta mark set 0x00010001 accept
    }

    chain from-out.a {
        meta mark set 0x00010002 accept
    }

    chain from-west {
        meta mark set 0x00010003 accept
    }

    chain table-spokes.a {
        ip daddr 10.1.0.0/16 counter drop comment "tgw hub rtb spokes: blackhole"
        ip daddr 10.2.0.0/16 counter drop comment "tgw hub rtb spokes: blackhole"
        counter drop comment "tgw hub rtb spokes: no route"
    }

    chain table-core.a {
        counter drop comment "tgw hub rtb core: no route"
    }

    chain table-core {
        counter drop comment "tgw hub rtb core: no route"
    }

    chain prerouting {
        type filter hook prerouting priority -300; policy drop;
        notrack
        iifname vmap @sources
    }

    chain forward {
        type filter hook forward priority 0; policy accept;
        oifname "lo" meta mark vmap @route_tables
        tcp flags syn tcp option maxseg size set rt mtu
    }

    chain input {
        type filter hook input priority 0; policy drop;
        counter drop comment "tgw hub: not a host"
    }

    chain output {
        type filter hook output priority 0; policy drop;
    }
}
NFT

# --- transit gateway west --------------------------------------------------------------------------
ip -n "$LAB.west" link set dev lo up
ip -n "$LAB.west" link set dev hub up
ip -n "$LAB.west" neighbor add 169.254.0.4 lladdr 0e:09:00:00:00:07 dev hub nud permanent

# Where no route leads. Not `unreachable`: that would be answered by ICMP, and AWS is silent.
# Through lo the packet still passes the rules below, which count and drop it in the route table's
# name.
ip -n "$LAB.west" route add default dev lo table 100 proto static

# The gateway's route table all.
ip -n "$LAB.west" route add 10.0.0.0/8 via 169.254.0.4 dev hub onlink table 101 proto static
ip -n "$LAB.west" rule add pref 100 fwmark 0x10001 lookup 101
ip -n "$LAB.west" rule add pref 33000 fwmark 0x10000/0x10000 lookup 100

ip netns exec "$LAB.west" nft -f - <<'NFT'
table ip netlab {
    # Who sent it, by wire: one look-up, however many interfaces there are.
    map sources {
        type ifname : verdict
        elements = { "hub" : goto from-hub }
    }
    # For the name of the route table that had no route.
    map route_tables {
        type mark : verdict
        elements = { 0x00010001 : goto table-all }
    }

    chain from-hub {
        meta mark set 0x00010001 accept
    }

    chain table-all {
        counter drop comment "tgw west rtb all: no route"
    }

    chain prerouting {
        type filter hook prerouting priority -300; policy drop;
        notrack
        iifname vmap @sources
    }

    chain forward {
        type filter hook forward priority 0; policy accept;
        oifname "lo" meta mark vmap @route_tables
        tcp flags syn tcp option maxseg size set rt mtu
    }

    chain input {
        type filter hook input priority 0; policy drop;
        counter drop comment "tgw west: not a host"
    }

    chain output {
        type filter hook output priority 0; policy drop;
    }
}
NFT

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
ip -n "$LAB.internet" route add 203.0.113.11/32 via 169.254.0.1 dev igw onlink proto static  # Internet gateway igw
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
echo "Try: ip netns exec $LAB.one ping -c 1 198.51.100.40"
