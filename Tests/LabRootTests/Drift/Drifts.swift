import Testing

/// Ways in which a running lab stops being what its file says, each by the hand of a user, with what `status` must say.
struct Drift: Sendable, CustomTestStringConvertible {
    let name: String
    /// A line of shell; `$L` is the lab's name, `$PID` its background process.
    let line: String
    /// Part of the line that names the object.
    let says: String

    var testDescription: String { name }

    private static func drift(_ name: String, _ line: String, _ says: String) -> Drift {
        Drift(name: name, line: line, says: says)
    }

    private static let vpc = "ip netns exec $L.vpc"

    static let all: [Drift] = [
        drift(
            "route deleted", "\(vpc) ip route del default table 102",
            "vpc: route default via 169.254.0.1 dev igw onlink table 102 is missing [route table rtb-public-a]"),
        drift(
            "route replaced", "\(vpc) ip route replace default dev lo table 102",
            "vpc: route default dev lo table 102 should be default via 169.254.0.1 dev igw onlink table 102"),
        drift(
            "foreign route", "\(vpc) ip route add blackhole 198.51.100.0/24",
            "vpc: route 198.51.100.0/24 blackhole is not in the lab file"),
        drift(
            "connected route deleted", "ip netns exec $L.web ip route del 10.0.0.0/24",
            "web: route 10.0.0.0/24 dev eth0 src 10.0.0.20 is missing"),
        drift("routing rule deleted", "\(vpc) ip rule del pref 101", "vpc: rule pref 101 fwmark 0x10002 lookup 102"),
        drift("the kernel's rule deleted", "\(vpc) ip rule del pref 32766", "vpc: rule pref 32766 lookup 254"),
        drift("foreign rule", "\(vpc) ip rule add pref 50 to 10.0.0.20 lookup 100", "vpc: rule pref 50"),
        drift(
            "chain flushed", "\(vpc) nft flush chain ip netlab sg-web-in",
            "vpc: rule of chain sg-web-in tcp dport 400-449 counter goto track-in comment \"sg web ingress[0]\" is missing"
        ),
        drift("ruleset flushed", "\(vpc) nft flush ruleset", "vpc: table ip netlab is missing"),
        drift(
            "rule edited",
            "\(vpc) nft replace rule ip netlab sg-web-in handle $(\(vpc) nft -a list chain ip netlab sg-web-in | "
                + "sed -n 's/.*ingress.*handle //p') tcp dport 500 counter accept comment '\"sg web ingress[0]\"'",
            "should be tcp dport 400-449 counter goto track-in comment \"sg web ingress[0]\" [sg web ingress[0]]"),
        drift(
            "rule added", "\(vpc) nft insert rule ip netlab sg-web-in tcp dport 443 drop",
            "vpc: rule of chain sg-web-in handle"),
        drift(
            "element deleted", "\(vpc) nft delete element ip netlab sources '{ \"web\" }'",
            "vpc: element of sources \"web\" : goto eni-web is missing"),
        drift(
            "element added", "\(vpc) nft add element ip netlab services '{ 10.0.0.99 }'",
            "vpc: element of services 10.0.0.99 is not in the lab file"),
        drift(
            "block deleted", "ip netns exec $L.igw nft delete element ip netlab private_ranges '{ 10.0.0.0/8 }'",
            "igw: set private_ranges"),
        drift(
            "policy changed",
            "ip netns exec $L.igw nft add chain ip netlab input '{ type filter hook input priority 0; policy accept; }'",
            "igw: chain input"),
        drift("foreign table", "ip netns exec $L.igw nft add table inet mine", "igw: table inet mine"),
        drift(
            "interface of an instance down", "ip netns exec $L.web ip link set eth0 down",
            "web: link eth0 down mtu 9001"
        ),
        drift("interface of the router down", "\(vpc) ip link set web down", "vpc: link web down mtu 9001"),
        drift("loopback down", "ip netns exec $L.web ip link set lo down", "web: link lo down should be lo up"),
        drift("MTU changed", "\(vpc) ip link set web mtu 1400", "vpc: link web up mtu 1400"),
        drift(
            "MAC changed", "ip netns exec $L.web ip link set eth0 address 0e:aa:aa:aa:aa:aa",
            "web: link eth0 up mtu 9001 address 0e:aa:aa:aa:aa:aa should be"),
        drift("link deleted", "ip netns exec $L.web ip link del eth0", "vpc: link web to web:eth0 is missing"),
        drift(
            "link renamed", "\(vpc) sh -c 'ip link set web down; ip link set web name foo up'", "vpc: link web to web"),
        drift(
            "address removed", "ip netns exec $L.web ip address del 10.0.0.20/24 dev eth0",
            "web: address 10.0.0.20/24 dev eth0 is missing [instance web]"),
        drift(
            "address added", "ip netns exec $L.web ip address add 10.0.0.99/24 dev eth0",
            "web: address 10.0.0.99/24 dev eth0 is not in the lab file"),
        drift(
            "the router's address removed", "\(vpc) ip address del 10.0.0.1/32 dev lo",
            "vpc: address 10.0.0.1/32 dev lo is missing"),
        drift(
            "forwarding switched off", "\(vpc) sysctl -qw net.ipv4.ip_forward=0",
            "vpc: sysctl net.ipv4.ip_forward=0 should be net.ipv4.ip_forward=1"),
        drift(
            "setting of an interface changed", "\(vpc) sysctl -qw net.ipv4.conf.web.proxy_arp=0",
            "vpc: sysctl net.ipv4.conf.web.proxy_arp=0"),
        drift(
            "ARP delay changed", "\(vpc) sysctl -qw net.ipv4.neigh.web.proxy_delay=50",
            "vpc: sysctl net.ipv4.neigh.web.proxy_delay=50"),
        drift(
            "timeout changed", "\(vpc) sysctl -qw net.netfilter.nf_conntrack_udp_timeout=5",
            "vpc: sysctl net.netfilter.nf_conntrack_udp_timeout=5"),
        drift(
            "neighbour deleted", "\(vpc) ip neighbor del 10.0.0.20 dev web",
            "vpc: neighbor 10.0.0.20 lladdr 0e:01:0a:00:00:14 dev web nud permanent is missing"),
        drift(
            "neighbour changed", "\(vpc) ip neighbor replace 10.0.0.20 lladdr 0e:bb:bb:bb:bb:bb dev web nud permanent",
            "vpc: neighbor 10.0.0.20 lladdr 0e:bb:bb:bb:bb:bb"),
        drift("name of an instance deleted", "ip netns del $L.web", "web: namespace web is missing"),
        drift("name of the router deleted", "ip netns del $L.vpc", "vpc: namespace vpc is missing"),
        drift("name of the Internet deleted", "ip netns del $L.internet", "internet: namespace internet is missing"),
        drift("background process killed", "kill -9 $PID", "services: process netlab __serve is missing"),
        drift(
            "DNS server killed",
            "kill -9 $(ip netns pids $L.vpc)", "services: listener dns:53 on 10.0.0.2 of vpc is missing"),
    ]
}
