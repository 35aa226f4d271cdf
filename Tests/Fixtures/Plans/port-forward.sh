#!/usr/bin/env bash
# port-forward: A NAT gateway forwards no port, a network load balancer does
#
# The network that `netlab up port-forward` builds over netlink, built by hand: the same namespaces,
# wires, addresses, routes and rules. The servers of the lab are not part of it.
#
#   sudo ./this-script                build it
#   sudo ./this-script down           take it away again
#   sudo LAB=mine ./this-script       build it under another name
#
# Needs iproute2, procps and nftables (1.0.6 or later). Nothing outside the namespaces is changed.
set -euo pipefail

LAB=${LAB:-port-forward}

# Every box of the AWS diagram is a network namespace.
nodes=(
    "igw"       # Internet gateway
    "vpc"       # VPC router
    "nat-a"     # NAT gateway
    "app"       # instance
    "other"     # instance
    "front-a"   # load balancer
    "internet"  # the Internet
    "echo"      # Internet host
    "scanner"   # Internet host
    "user"      # Internet host
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
ip netns add "$LAB.nat-a"
ip netns add "$LAB.app"
ip netns add "$LAB.other"
ip netns add "$LAB.front-a"
ip netns add "$LAB.internet"
ip netns add "$LAB.echo"
ip netns add "$LAB.scanner"
ip netns add "$LAB.user"

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

# NAT gateway nat-a:
ip netns exec "$LAB.nat-a" sysctl -q -w net.ipv4.ip_forward=1
ip netns exec "$LAB.nat-a" sysctl -q -w net.ipv4.conf.all.rp_filter=0
ip netns exec "$LAB.nat-a" sysctl -q -w net.ipv4.conf.default.rp_filter=0
ip netns exec "$LAB.nat-a" sysctl -q -w net.ipv4.conf.all.send_redirects=0
ip netns exec "$LAB.nat-a" sysctl -q -w net.ipv4.conf.default.send_redirects=0
ip netns exec "$LAB.nat-a" sysctl -q -w net.ipv4.ip_early_demux=0
ip netns exec "$LAB.nat-a" sysctl -q -w net.netfilter.nf_conntrack_tcp_loose=0
ip netns exec "$LAB.nat-a" sysctl -q -w net.netfilter.nf_conntrack_tcp_timeout_established=350
ip netns exec "$LAB.nat-a" sysctl -q -w net.netfilter.nf_conntrack_udp_timeout=350
ip netns exec "$LAB.nat-a" sysctl -q -w net.netfilter.nf_conntrack_udp_timeout_stream=350
ip netns exec "$LAB.nat-a" sysctl -q -w net.netfilter.nf_conntrack_icmp_timeout=350

# instance app:
# Every datagram for a closed port is refused, however often somebody asks.
ip netns exec "$LAB.app" sysctl -q -w net.ipv4.icmp_ratemask=0

# instance other:
ip netns exec "$LAB.other" sysctl -q -w net.ipv4.icmp_ratemask=0

# load balancer front-a:
ip netns exec "$LAB.front-a" sysctl -q -w net.ipv4.ip_forward=1
ip netns exec "$LAB.front-a" sysctl -q -w net.ipv4.conf.all.rp_filter=0
ip netns exec "$LAB.front-a" sysctl -q -w net.ipv4.conf.default.rp_filter=0
ip netns exec "$LAB.front-a" sysctl -q -w net.ipv4.conf.all.send_redirects=0
ip netns exec "$LAB.front-a" sysctl -q -w net.ipv4.conf.default.send_redirects=0
ip netns exec "$LAB.front-a" sysctl -q -w net.ipv4.ip_early_demux=0
ip netns exec "$LAB.front-a" sysctl -q -w net.netfilter.nf_conntrack_tcp_loose=0
ip netns exec "$LAB.front-a" sysctl -q -w net.netfilter.nf_conntrack_tcp_timeout_established=350
ip netns exec "$LAB.front-a" sysctl -q -w net.netfilter.nf_conntrack_udp_timeout=120
ip netns exec "$LAB.front-a" sysctl -q -w net.netfilter.nf_conntrack_udp_timeout_stream=120

# the Internet:
ip netns exec "$LAB.internet" sysctl -q -w net.ipv4.ip_forward=1
ip netns exec "$LAB.internet" sysctl -q -w net.ipv4.conf.all.rp_filter=0
ip netns exec "$LAB.internet" sysctl -q -w net.ipv4.conf.default.rp_filter=0
ip netns exec "$LAB.internet" sysctl -q -w net.ipv4.conf.all.send_redirects=0
ip netns exec "$LAB.internet" sysctl -q -w net.ipv4.conf.default.send_redirects=0
ip netns exec "$LAB.internet" sysctl -q -w net.ipv4.ip_early_demux=0

# Internet host echo:
ip netns exec "$LAB.echo" sysctl -q -w net.ipv4.icmp_ratemask=0

# Internet host scanner:
ip netns exec "$LAB.scanner" sysctl -q -w net.ipv4.icmp_ratemask=0

# Internet host user:
ip netns exec "$LAB.user" sysctl -q -w net.ipv4.icmp_ratemask=0

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

ip -n "$LAB.vpc" link add name nat-a index 11 address 0e:02:0a:00:00:04 mtu 8500 numtxqueues 1 numrxqueues 1 \
    type veth peer name eth0 index 2 address 0e:01:0a:00:00:04 mtu 8500 numtxqueues 1 numrxqueues 1 \
    netns "$LAB.nat-a"
ip -n "$LAB.vpc" link set dev nat-a up

ip -n "$LAB.vpc" link add name app index 12 address 0e:02:0a:00:01:0a mtu 9001 numtxqueues 1 numrxqueues 1 \
    type veth peer name eth0 index 2 address 0e:01:0a:00:01:0a mtu 9001 numtxqueues 1 numrxqueues 1 \
    netns "$LAB.app"
ip -n "$LAB.vpc" link set dev app up

ip -n "$LAB.vpc" link add name other index 13 address 0e:02:0a:00:01:0b mtu 9001 numtxqueues 1 numrxqueues 1 \
    type veth peer name eth0 index 2 address 0e:01:0a:00:01:0b mtu 9001 numtxqueues 1 numrxqueues 1 \
    netns "$LAB.other"
ip -n "$LAB.vpc" link set dev other up

ip -n "$LAB.vpc" link add name front-a index 14 address 0e:02:0a:00:00:05 mtu 9001 numtxqueues 1 numrxqueues 1 \
    type veth peer name eth0 index 2 address 0e:01:0a:00:00:05 mtu 9001 numtxqueues 1 numrxqueues 1 \
    netns "$LAB.front-a"
ip -n "$LAB.vpc" link set dev front-a up

ip -n "$LAB.internet" link add name echo index 11 address 0e:04:c6:33:64:28 mtu 1500 numtxqueues 1 numrxqueues 1 \
    type veth peer name eth0 index 2 address 0e:03:c6:33:64:28 mtu 1500 numtxqueues 1 numrxqueues 1 \
    netns "$LAB.echo"
ip -n "$LAB.internet" link set dev echo up

ip -n "$LAB.internet" link add name scanner index 12 address 0e:04:c6:33:64:42 mtu 1500 numtxqueues 1 numrxqueues 1 \
    type veth peer name eth0 index 2 address 0e:03:c6:33:64:42 mtu 1500 numtxqueues 1 numrxqueues 1 \
    netns "$LAB.scanner"
ip -n "$LAB.internet" link set dev scanner up

ip -n "$LAB.internet" link add name user index 13 address 0e:04:c6:33:64:46 mtu 1500 numtxqueues 1 numrxqueues 1 \
    type veth peer name eth0 index 2 address 0e:03:c6:33:64:46 mtu 1500 numtxqueues 1 numrxqueues 1 \
    netns "$LAB.user"
ip -n "$LAB.internet" link set dev user up

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
        elements = { 10.0.0.4 : 203.0.113.11, 10.0.0.5 : 203.0.113.41 }
    }
    map public_to_private {
        type ipv4_addr : ipv4_addr
        elements = { 203.0.113.11 : 10.0.0.4, 203.0.113.41 : 10.0.0.5 }
    }
    set own_public {
        type ipv4_addr
        elements = { 203.0.113.11, 203.0.113.41 }
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
ip netns exec "$LAB.vpc" sysctl -q -w net.ipv4.neigh.nat-a.proxy_delay=0
ip netns exec "$LAB.vpc" sysctl -q -w net.ipv4.neigh.app.proxy_delay=0
ip netns exec "$LAB.vpc" sysctl -q -w net.ipv4.neigh.other.proxy_delay=0
ip netns exec "$LAB.vpc" sysctl -q -w net.ipv4.neigh.front-a.proxy_delay=0

# Its own addresses: .1 of each subnet, the DNS resolver, the metadata service. On lo, for no wire
# is theirs.
ip -n "$LAB.vpc" address add 10.0.0.1/32 dev lo
ip -n "$LAB.vpc" address add 10.0.1.1/32 dev lo
ip -n "$LAB.vpc" address add 10.0.0.2/32 dev lo
ip -n "$LAB.vpc" address add 169.254.169.253/32 dev lo
ip -n "$LAB.vpc" address add 169.254.169.254/32 dev lo

# The fabric knows which interface has which address and never asks: permanent entries. An instance
# that claims another's address gets nothing by it.
ip -n "$LAB.vpc" neighbor add 10.0.0.4 lladdr 0e:01:0a:00:00:04 dev nat-a nud permanent
ip -n "$LAB.vpc" neighbor add 10.0.1.10 lladdr 0e:01:0a:00:01:0a dev app nud permanent
ip -n "$LAB.vpc" neighbor add 10.0.1.11 lladdr 0e:01:0a:00:01:0b dev other nud permanent
ip -n "$LAB.vpc" neighbor add 10.0.0.5 lladdr 0e:01:0a:00:00:05 dev front-a nud permanent
ip -n "$LAB.vpc" neighbor add 169.254.0.1 lladdr 0e:05:0a:00:00:00 dev igw nud permanent

# The local route: each interface of the VPC, by its wire. Errors of the router come from the .1 of
# the receiver's own subnet.
ip -n "$LAB.vpc" route add 10.0.0.4/32 dev nat-a src 10.0.0.1 proto static
ip -n "$LAB.vpc" route add 10.0.1.10/32 dev app src 10.0.1.1 proto static
ip -n "$LAB.vpc" route add 10.0.1.11/32 dev other src 10.0.1.1 proto static
ip -n "$LAB.vpc" route add 10.0.0.5/32 dev front-a src 10.0.0.1 proto static

# Where no route leads. Not `unreachable`: that would be answered by ICMP, and AWS is silent.
# Through lo the packet still passes the rules below, which count and drop it in the route table's
# name.
ip -n "$LAB.vpc" route add default dev lo table 100 proto static

# The AWS route table rtb-main.
ip -n "$LAB.vpc" route add throw 10.0.0.0/16 table 101 proto static

# The AWS route table rtb-public-a.
ip -n "$LAB.vpc" route add throw 10.0.0.0/16 table 102 proto static
ip -n "$LAB.vpc" route add default via 169.254.0.1 dev igw onlink table 102 proto static

# The AWS route table rtb-private-a.
ip -n "$LAB.vpc" route add throw 10.0.0.0/16 table 103 proto static
ip -n "$LAB.vpc" route add default via 10.0.0.4 dev nat-a onlink table 103 proto static

# The AWS load balancer front-a.
ip -n "$LAB.vpc" route add default via 10.0.0.5 dev front-a onlink table 60000 proto static

# The mark that prerouting gives says which route table a packet's subnet uses. What finds no route
# in it nor in main falls through to table 100.
ip -n "$LAB.vpc" rule add pref 100 fwmark 0x10001 lookup 101
ip -n "$LAB.vpc" rule add pref 101 fwmark 0x10002 lookup 102
ip -n "$LAB.vpc" rule add pref 102 fwmark 0x10003 lookup 103
ip -n "$LAB.vpc" rule add pref 33000 fwmark 0x10000/0x10000 lookup 100
ip -n "$LAB.vpc" rule add pref 20000 fwmark 0x18000 lookup 60000
ip -n "$LAB.vpc" rule add pref 20001 fwmark 0x1c000 lookup 60000

ttl_plus_one | ip netns exec "$LAB.vpc" nft -f -
ip netns exec "$LAB.vpc" nft -f - <<'NFT'
table ip netlab {
    # Who sent it, by wire: one look-up, however many interfaces there are.
    map sources {
        type ifname : verdict
        elements = {
            "nat-a" : goto eni-nat-a,
            "app" : goto eni-app,
            "other" : goto eni-other,
            "front-a" : goto eni-front-a,
        }
    }
    # They have no security groups: what passes between them and the Internet gateway is not
    # remembered here.
    set nat_gateways {
        type ipv4_addr
        elements = { 10.0.0.4, 10.0.0.5 }
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
            "nat-a" . 10.0.0.1,
            "app" . 10.0.1.1,
            "other" . 10.0.1.1,
            "front-a" . 10.0.0.1,
        }
    }
    map acl_in {
        type ifname : verdict
        elements = {
            "nat-a" : goto acl-default-in,
            "app" : goto acl-default-in,
            "other" : goto acl-default-in,
            "front-a" : goto dest-elb-front-a,
        }
    }
    # For the name of the route table that had no route.
    map route_tables {
        type mark : verdict
        elements = {
            0x00010001 : goto table-rtb-main,
            0x00010002 : goto table-rtb-public-a,
            0x00010003 : goto table-rtb-private-a,
        }
    }
    set vpc {
        type ipv4_addr
        flags interval
        elements = { 10.0.0.0/16 }
    }
    # Flows through these are remembered whatever the rules of the groups.
    set always_tracked {
        type ifname
        elements = { "nat-a", "front-a" }
    }
    # Which chain guards an interface.
    map egress_of {
        type ifname : verdict
        elements = { "app" : goto egress-app, "other" : goto egress-other }
    }
    map ingress_of {
        type ifname : verdict
        elements = { "app" : goto ingress-app, "other" : goto ingress-other }
    }
    map balancers {
        type ifname : verdict
        elements = { "front-a" : goto from-elb-front-a }
    }
    map balanced {
        type mark : verdict
        elements = { 0x00010000 : goto to-elb-front-a }
    }

    # One per interface: may it send from that address?
    chain eni-nat-a {
        ip saddr 10.0.0.4 ip daddr != @vpc notrack
        goto subnet-public-a
    }

    chain eni-app {
        ip saddr != 10.0.1.10 counter drop comment "eni app: source/dest check"
        goto subnet-private-a
    }

    chain eni-other {
        ip saddr != 10.0.1.11 counter drop comment "eni other: source/dest check"
        goto subnet-private-a
    }

    chain eni-front-a {
        ip saddr 10.0.0.5 ip daddr != @vpc notrack
        goto subnet-public-a
    }

    # One per subnet. Inside the subnet neither ACL nor route table is asked; else the ACL on the
    # way out, then the mark of the subnet's route table.
    chain subnet-public-a {
        ip daddr @services accept
        ip daddr 10.0.0.0/24 meta mark set 0x00010000 accept
        jump acl-default-out
        meta mark set 0x00010002 accept
    }

    chain subnet-private-a {
        ip daddr @services accept
        ip daddr 10.0.1.0/24 meta mark set 0x00010000 accept
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

    chain table-rtb-public-a {
        counter drop comment "rtb public-a: no route"
    }

    chain table-rtb-private-a {
        counter drop comment "rtb private-a: no route"
    }

    # One per security group and direction: allow rules only.
    chain sg-app-out {
        counter goto track-out comment "sg app egress[0]"
    }

    chain sg-app-in {
        tcp dport 8080 counter goto track-in comment "sg app ingress[0]"
    }

    # Open to everyone, with every answer let out: AWS does not track it. Asked packet by packet, so
    # that it ends with the rule.
    chain sg-app-in-open {
        tcp dport 8080 counter accept comment "sg app ingress[0]"
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
    chain egress-app {
        jump sg-app-out
        counter drop comment "sg app egress"
    }

    chain ingress-app {
        meta l4proto tcp iifname != @always_tracked jump sg-app-in-open
        jump sg-app-in
        counter drop comment "sg app ingress"
    }

    chain egress-other {
        jump sg-app-out
        counter drop comment "sg app egress"
    }

    chain ingress-other {
        meta l4proto tcp iifname != @always_tracked jump sg-app-in-open
        jump sg-app-in
        counter drop comment "sg app ingress"
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
        iifname "lo" accept
        ip daddr @resolvers udp dport 53 accept
        ip daddr @resolvers tcp dport 53 accept
        ip daddr 169.254.169.254 tcp dport 80 accept
        iifname . ip daddr @own_gateway icmp type echo-request accept
        counter drop comment "vpc: not a service of the router"
    }

    chain from-elb-front-a {
        ip saddr 10.0.0.5 return
        ct state new ct mark set ct mark | 0x00010000
    }

    chain to-elb-front-a {
        meta mark 0x00010000 meta mark set 0x0001c000 return
        meta mark set 0x00018000
    }

    chain balancers {
        type filter hook forward priority -5; policy accept;
        iifname vmap @balancers
    }

    chain balanced {
        type filter hook prerouting priority -150; policy accept;
        ct direction reply ct mark & 0xffff0000 vmap @balanced
    }

    # A route leads to this interface, which still takes only what is its own.
    chain dest-elb-front-a {
        meta mark 0x0001c000 return
        goto acl-default-in
    }
}
NFT

# --- NAT gateway nat-a -----------------------------------------------------------------------------

# An interface in a public subnet that puts its own private address before what private instances
# send and remembers the flow. The Internet gateway then makes that the Elastic IP: two
# translations, as in AWS.
ip -n "$LAB.nat-a" link set dev lo up
ip -n "$LAB.nat-a" link set dev eth0 up
ip -n "$LAB.nat-a" address add 10.0.0.4/24 dev eth0
ip -n "$LAB.nat-a" route add default via 10.0.0.1 dev eth0 onlink proto static  # subnet public-a

ip netns exec "$LAB.nat-a" nft -f - <<'NFT'
table ip netlab {
    set vpc {
        type ipv4_addr
        flags interval
        elements = { 10.0.0.0/16 }
    }

    # A NAT gateway passes fragments of UDP only. Asked before they are put together.
    chain fragments {
        type filter hook prerouting priority -450; policy accept;
        ip frag-off & 0x3fff != 0 meta l4proto udp accept
        ip frag-off & 0x3fff != 0 counter drop comment "nat nat-a: fragment"
    }

    # Nobody can talk to the gateway itself; replies to flows are not for it, either.
    chain input {
        type filter hook input priority 0; policy drop;
        iifname "lo" accept
        counter drop comment "nat nat-a: not a reply"
    }

    # Flows begin inside. TCP, UDP and ICMP only. A flow that was silent for 350 s is answered by a
    # reset inside.
    chain forward {
        type filter hook forward priority 0; policy drop;
        tcp flags syn tcp option maxseg size set rt mtu
        ct state established,related accept
        ip saddr @vpc meta l4proto tcp ct state invalid counter reject with tcp reset comment "nat nat-a: unknown flow"
        ct state invalid counter drop comment "nat nat-a: not of a flow of its own"
        ip saddr != @vpc counter drop comment "nat nat-a: source outside the VPC"
        meta l4proto tcp accept
        meta l4proto udp accept
        meta l4proto icmp accept
        counter drop comment "nat nat-a: protocol"
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

# --- instance app ----------------------------------------------------------------------------------

# An instance: interfaces with the subnet's real prefix; the gateway is the subnet's .1, which is
# the VPC router. It never sees a public address.
ip -n "$LAB.app" link set dev lo up
ip -n "$LAB.app" link set dev eth0 up
ip -n "$LAB.app" address add 10.0.1.10/24 dev eth0
ip -n "$LAB.app" route add default via 10.0.1.1 dev eth0 onlink proto static  # subnet private-a

# --- instance other --------------------------------------------------------------------------------
ip -n "$LAB.other" link set dev lo up
ip -n "$LAB.other" link set dev eth0 up
ip -n "$LAB.other" address add 10.0.1.11/24 dev eth0
ip -n "$LAB.other" route add default via 10.0.1.1 dev eth0 onlink proto static  # subnet private-a

# --- load balancer front-a -------------------------------------------------------------------------

# A load balancer's presence in one zone. A network load balancer is a router that sends each flow
# to the target its hash chooses; an application load balancer is a host on which nginx runs.
ip -n "$LAB.front-a" link set dev lo up
ip -n "$LAB.front-a" link set dev eth0 up
ip -n "$LAB.front-a" address add 10.0.0.5/24 dev eth0
ip -n "$LAB.front-a" route add default via 10.0.0.1 dev eth0 onlink proto static  # subnet public-a

ip netns exec "$LAB.front-a" nft -f - <<'NFT'
table ip netlab {
    map slots_tcp_80 {
        type mark : ipv4_addr . inet_service
        elements = {
            0x00000000 : 10.0.1.10 . 8080,
            0x00000001 : 10.0.1.10 . 8080,
            0x00000002 : 10.0.1.10 . 8080,
            0x00000003 : 10.0.1.10 . 8080,
            0x00000004 : 10.0.1.10 . 8080,
            0x00000005 : 10.0.1.10 . 8080,
            0x00000006 : 10.0.1.10 . 8080,
            0x00000007 : 10.0.1.10 . 8080,
            0x00000008 : 10.0.1.10 . 8080,
            0x00000009 : 10.0.1.10 . 8080,
            0x0000000a : 10.0.1.10 . 8080,
            0x0000000b : 10.0.1.10 . 8080,
            0x0000000c : 10.0.1.10 . 8080,
            0x0000000d : 10.0.1.10 . 8080,
            0x0000000e : 10.0.1.10 . 8080,
            0x0000000f : 10.0.1.10 . 8080,
            0x00000010 : 10.0.1.10 . 8080,
            0x00000011 : 10.0.1.10 . 8080,
            0x00000012 : 10.0.1.10 . 8080,
            0x00000013 : 10.0.1.10 . 8080,
            0x00000014 : 10.0.1.10 . 8080,
            0x00000015 : 10.0.1.10 . 8080,
            0x00000016 : 10.0.1.10 . 8080,
            0x00000017 : 10.0.1.10 . 8080,
            0x00000018 : 10.0.1.10 . 8080,
            0x00000019 : 10.0.1.10 . 8080,
            0x0000001a : 10.0.1.10 . 8080,
            0x0000001b : 10.0.1.10 . 8080,
            0x0000001c : 10.0.1.10 . 8080,
            0x0000001d : 10.0.1.10 . 8080,
            0x0000001e : 10.0.1.10 . 8080,
            0x0000001f : 10.0.1.10 . 8080,
            0x00000020 : 10.0.1.10 . 8080,
            0x00000021 : 10.0.1.10 . 8080,
            0x00000022 : 10.0.1.10 . 8080,
            0x00000023 : 10.0.1.10 . 8080,
            0x00000024 : 10.0.1.10 . 8080,
            0x00000025 : 10.0.1.10 . 8080,
            0x00000026 : 10.0.1.10 . 8080,
            0x00000027 : 10.0.1.10 . 8080,
            0x00000028 : 10.0.1.10 . 8080,
            0x00000029 : 10.0.1.10 . 8080,
            0x0000002a : 10.0.1.10 . 8080,
            0x0000002b : 10.0.1.10 . 8080,
            0x0000002c : 10.0.1.10 . 8080,
            0x0000002d : 10.0.1.10 . 8080,
            0x0000002e : 10.0.1.10 . 8080,
            0x0000002f : 10.0.1.10 . 8080,
            0x00000030 : 10.0.1.10 . 8080,
            0x00000031 : 10.0.1.10 . 8080,
            0x00000032 : 10.0.1.10 . 8080,
            0x00000033 : 10.0.1.10 . 8080,
            0x00000034 : 10.0.1.10 . 8080,
            0x00000035 : 10.0.1.10 . 8080,
            0x00000036 : 10.0.1.10 . 8080,
            0x00000037 : 10.0.1.10 . 8080,
            0x00000038 : 10.0.1.10 . 8080,
            0x00000039 : 10.0.1.10 . 8080,
            0x0000003a : 10.0.1.10 . 8080,
            0x0000003b : 10.0.1.10 . 8080,
        }
    }
    set cut_targets {
        type ipv4_addr . inet_service
    }
    set hidden {
        type mark
        elements = { 0x00000001 }
    }

    # A new flow: the hash of its addresses and ports chooses a target.
    chain listeners {
        type nat hook prerouting priority -100; policy accept;
        # nft 1.0.6 takes no map with an address and a port behind a hash. netlab does it over
        # netlink; the script goes without, so that this listener answers nobody:
        #   ip daddr 10.0.0.5 tcp dport 80 dnat ip to jhash ip saddr . ip daddr . th sport . th dport mod 60 seed 0x6e65746c map @slots_tcp_80 comment "listener tcp 80 forward app"
    }

    # Flows to listeners, and no others. One to a target that is unwell, or unknown after its idle
    # time, is reset.
    chain forward {
        type filter hook forward priority 0; policy drop;
        meta l4proto tcp ip daddr . th dport @cut_targets counter reject with tcp reset comment "elb front-a: unhealthy target"
        meta l4proto tcp ct state invalid counter reject with tcp reset comment "elb front-a: unknown flow"
        ct state established,related accept
        ct status dnat accept
        counter drop comment "elb front-a: not for a listener"
    }

    # The node speaks only to its targets, to ask how they are.
    chain input {
        type filter hook input priority 0; policy drop;
        iifname "lo" accept
        ct state established,related accept
        tcp dport 80 ct state invalid counter reject with tcp reset comment "elb front-a: unknown flow"
        counter drop comment "elb front-a: no listener"
    }

    # Where the target group hides clients: the node's own address.
    chain client_address {
        type nat hook postrouting priority 100; policy accept;
        ct mark @hidden meta l4proto tcp snat to 10.0.0.5:1024-65535 fully-random
        ct mark @hidden meta l4proto udp snat to 10.0.0.5:1024-65535 fully-random
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
ip -n "$LAB.internet" neighbor add 198.51.100.66 lladdr 0e:03:c6:33:64:42 dev scanner nud permanent
ip -n "$LAB.internet" neighbor add 198.51.100.70 lladdr 0e:03:c6:33:64:46 dev user nud permanent
ip -n "$LAB.internet" neighbor add 169.254.0.1 lladdr 0e:07:0a:00:00:00 dev igw nud permanent
ip -n "$LAB.internet" route add 198.51.100.40/32 dev echo src 192.0.2.1 proto static  # Internet host echo
ip -n "$LAB.internet" route add 198.51.100.66/32 dev scanner src 192.0.2.1 proto static  # Internet host scanner
ip -n "$LAB.internet" route add 198.51.100.70/32 dev user src 192.0.2.1 proto static  # Internet host user
ip -n "$LAB.internet" route add 203.0.113.11/32 via 169.254.0.1 dev igw onlink proto static  # Internet gateway igw
ip -n "$LAB.internet" route add 203.0.113.41/32 via 169.254.0.1 dev igw onlink proto static  # Internet gateway igw
ip -n "$LAB.internet" route add 10.0.0.0/16 via 169.254.0.1 dev igw onlink proto static  # Internet gateway igw
ip -n "$LAB.internet" route add 203.0.113.0/24 via 169.254.0.1 dev igw onlink proto static  # Internet gateway igw

# --- Internet host echo ----------------------------------------------------------------------------

# A host outside, with a public address of its own and the whole Internet one hop away.
ip -n "$LAB.echo" link set dev lo up
ip -n "$LAB.echo" link set dev eth0 up

# A /32: no neighbours, everything is behind the router.
ip -n "$LAB.echo" address add 198.51.100.40/32 dev eth0
ip -n "$LAB.echo" route add default via 192.0.2.1 dev eth0 onlink proto static

# --- Internet host scanner -------------------------------------------------------------------------
ip -n "$LAB.scanner" link set dev lo up
ip -n "$LAB.scanner" link set dev eth0 up
ip -n "$LAB.scanner" address add 198.51.100.66/32 dev eth0
ip -n "$LAB.scanner" route add default via 192.0.2.1 dev eth0 onlink proto static

# --- Internet host user ----------------------------------------------------------------------------
ip -n "$LAB.user" link set dev lo up
ip -n "$LAB.user" link set dev eth0 up
ip -n "$LAB.user" address add 198.51.100.70/32 dev eth0
ip -n "$LAB.user" route add default via 192.0.2.1 dev eth0 onlink proto static

echo "$LAB is up. LAB=$LAB $0 down takes it away again."
echo "Try: ip netns exec $LAB.app ping -c 1 198.51.100.40"
