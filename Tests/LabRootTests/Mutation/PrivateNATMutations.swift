import LinuxSystem
import NetlabTesting

/// What breaks each check of `labs/private-nat.yaml`.
enum PrivateNATMutations {
    static let all = outbound + addresses + inbound + neighbours

    private static func check(_ claim: String, _ says: String) -> Target { Target("private-nat", claim, says) }

    private static let outbound: [Mutation] = {
        let http = check("C1", "a private instance opens HTTP")
        let dns = check("C1", "a private instance asks a DNS server")
        let ping = check("C1", "a private instance pings")
        let apt = check("C2", "apt install works")
        let updates = check("C6", "private instances update themselves")
        let seen = check("C29", "hosts on the Internet see")
        return [
            http.fails("the route to the NAT gateway is gone") { try $0.route("del", table: "private-a", "default") },
            http.fails("the NAT gateway has another Elastic IP") {
                try $0.reassociate("10.0.0.4", from: "203.0.113.11", to: "203.0.113.50")
            },
            http.fails("the instance has an Elastic IP and a route of its own") {
                try $0.expose("app", "10.0.1.10", as: "203.0.113.50")
            },
            http.errs("the isolated subnet has a way out") { try $0.sendToNAT(table: "isolated-a") },
            http.errs("something else than the route table stops the isolated subnet") {
                try $0.nft("vpc", "insert rule ip netlab eni-vault drop")
            },
            dns.fails("the services have stopped") { try $0.stopServices() },
            dns.fails("DNS is answered with another address") {
                try $0.nft("resolver", "table ip t { chain c { type nat hook prerouting priority -100; }; }")
                try $0.nft("resolver", "add rule ip t c udp dport 53 redirect to :5353")
            },
            ping.fails("the NAT gateway passes no ICMP") {
                try $0.nft("nat-a", "insert rule ip netlab forward ip protocol icmp drop")
            },
            ping.errs("the isolated subnet has a way out") { try $0.sendToNAT(table: "isolated-a") },
            apt.errs("the services have stopped, so that not even the name is found") { try $0.stopServices() },
            apt.fails("the mirror refuses connections") {
                try $0.nft("mirror", "table ip t { chain c { type filter hook input priority 0; }; }")
                try $0.nft("mirror", "add rule ip t c tcp dport 80 reject with tcp reset")
            },
            apt.fails("source translation happens twice") {
                try $0.nft("internet", "table ip t { chain c { type nat hook postrouting priority 100; }; }")
                try $0.nft("internet", "add rule ip t c oifname mirror snat to 192.0.2.1")
            },
            updates.fails("one of them goes round the NAT gateway") {
                try $0.expose("worker", "10.0.1.11", as: "203.0.113.50")
            },
            updates.fails("the NAT gateway's forwarding is off") {
                try $0.run("nat-a", "sysctl", "-w", "net.ipv4.ip_forward=0")
            },
            seen.fails("the NAT gateway has another Elastic IP") {
                try $0.reassociate("10.0.0.4", from: "203.0.113.11", to: "203.0.113.50")
            },
            seen.errs("the misplaced NAT gateway's subnet gets a route to the Internet gateway") {
                try $0.openToInternet(table: "lost-a")
            },
        ]
    }()

    private static let addresses: [Mutation] = {
        let carried = check("C4", "private instances carry private addresses only")
        let metadata = check("C4", "the metadata service")
        return [
            carried.fails("a private instance carries a public address") {
                try $0.run("worker", "ip", "address", "add", "203.0.113.50/32", "dev", "eth0")
            },
            carried.errs("the host of the Internet carries a private one") {
                try $0.run("user", "ip", "address", "flush", "dev", "eth0")
                try $0.run("user", "ip", "address", "add", "10.0.9.9/32", "dev", "eth0")
            },
            metadata.fails("the service takes the instance for one with a public address") {
                try $0.nft("vpc", "table ip t { chain c { type nat hook input priority 100; }; }")
                try $0.nft("vpc", "add rule ip t c ip saddr 10.0.1.10 tcp dport 80 snat to 10.0.0.10")
            },
            metadata.fails("the services have stopped") { try $0.stopServices() },
            metadata.errs("the service takes the bastion for a private instance") {
                try $0.nft("vpc", "table ip t { chain c { type nat hook input priority 100; }; }")
                try $0.nft("vpc", "add rule ip t c ip saddr 10.0.0.10 tcp dport 80 snat to 10.0.1.10")
            },
        ]
    }()

    private static let inbound: [Mutation] = {
        let nat = check("C3", "the NAT gateway opens no port")
        let direct = check("C5", "packets for a private address")
        let unused = check("C5", "a public address that belongs to no interface")
        let sweep = check("C8", "a sweep of the whole public block")
        let users = check("C9", "no public address leads users")
        let behind = check("C30", "nothing of the VPC behind")
        return [
            nat.fails("the NAT gateway answers closed ports like any Linux host") {
                try $0.nft("nat-a", "flush chain ip netlab input")
                try $0.nft("nat-a", "add chain ip netlab input { policy accept; }")
            },
            nat.fails("one port of 65,535 is forwarded to the application") {
                try $0.nft("nat-a", "table ip t { chain c { type nat hook prerouting priority -100; }; }")
                try $0.nft("nat-a", "add rule ip t c iifname eth0 tcp dport 31337 dnat to 10.0.1.10:8080")
                try $0.nft("nat-a", "insert rule ip netlab forward ct status dnat accept")
                try $0.nft("vpc", "insert rule ip netlab ingress-app accept")
            },
            nat.fails("another rule drops first") {
                try $0.nft("igw", "insert rule ip netlab inbound ip daddr 203.0.113.11 drop")
            },
            nat.errs("the open port of the control is closed") {
                try $0.nft("vpc", "insert rule ip netlab ingress-bastion tcp dport 443 drop")
            },
            direct.fails("the Internet gateway lets private destinations in") { try $0.openGateway() },
            direct.fails("and the security group is open, too") {
                try $0.openGateway()
                try $0.nft("vpc", "insert rule ip netlab ingress-app accept")
            },
            direct.errs("the application has stopped") { try $0.stopServices() },
            unused.fails("the address is associated") { try $0.associate("10.0.1.10", "203.0.113.99") },
            unused.errs("the services have stopped") { try $0.nft("bastion", Self.deaf) },
            sweep.fails("a private instance is exposed") { try $0.expose("app", "10.0.1.10", as: "203.0.113.50") },
            sweep.fails("the service that was opened on purpose is silent") { try $0.nft("bastion", Self.deaf) },
            sweep.errs("the service that must be alive is silent") { try $0.nft("app", Self.deaf) },
            users.fails("the application is exposed") { try $0.expose("app", "10.0.1.10", as: "203.0.113.50") },
            users.errs("the application has stopped") { try $0.stopServices() },
            behind.fails("the NAT gateway answers closed ports like any Linux host") {
                try $0.nft("nat-a", "flush chain ip netlab input")
                try $0.nft("nat-a", "add chain ip netlab input { policy accept; }")
            },
            behind.fails("a private instance is exposed at its private address") {
                try $0.openGateway()
                try $0.expose("app", "10.0.1.10", as: "203.0.113.50")
            },
            behind.errs("the control's service is silent") { try $0.nft("bastion", Self.deaf) },
        ]
    }()

    private static let neighbours: [Mutation] = {
        let direct = check("C28", "other hosts of the VPC reach")
        return [
            direct.fails("the application has stopped") { try $0.stopServices() },
            direct.fails("the router translates sources") {
                try $0.nft("vpc", "table ip t { chain c { type nat hook postrouting priority 100; }; }")
                try $0.nft("vpc", "add rule ip t c oifname app snat to 10.0.0.1")
            },
            direct.fails("the security group is closed") {
                try $0.nft("vpc", "flush chain ip netlab sg-app-in")
            },
            direct.errs("the Internet gateway lets private destinations in") { try $0.openGateway() },
        ]
    }()

    /// An instance that hears nothing any more.
    static let deaf = "table ip t { chain c { type filter hook input priority 0; policy drop; }; }"
}
