import NetlabTesting

/// What breaks each check of `labs/nat-per-az.yaml` and `labs/nat-single-az.yaml`.
enum NATZonesMutations {
    static let all = perZone + single

    private static let perZone: [Mutation] = {
        func check(_ claim: String, _ says: String) -> Target { Target("nat-per-az", claim, says) }
        let goesOn = check("C32", "a connection of zone b")
        let opensNew = check("C32", "while zone a is lost")
        let gateway = check("C32", "one gateway alone")
        let gone = check("C32", "what stands in the lost zone")
        return [
            check("C29", "hosts on the Internet see").fails("zone a uses the gateway of zone b") {
                try $0.sendToNAT(table: "private-a", gateway: "nat-b", address: "10.0.10.4")
            },
            check("C29", "and the NAT gateway of zone b").fails("zone b uses the gateway of zone a") {
                try $0.sendToNAT(table: "private-b")
            },
            goesOn.fails("zone b uses the gateway of zone a") { try $0.sendToNAT(table: "private-b") },
            goesOn.errs("zone a has no connection that could be lost") {
                try $0.route("del", table: "private-a", "default")
            },
            opensNew.fails("zone b uses the gateway of zone a") { try $0.sendToNAT(table: "private-b") },
            opensNew.errs("zone a has no way out at any time") { try $0.route("del", table: "private-a", "default") },
            gateway.fails("zone a has the gateway of zone b to fall back on") {
                try $0.sendToNAT(table: "private-a", gateway: "nat-b", address: "10.0.10.4")
            },
            gateway.errs("zone b has no gateway of its own") { try $0.route("del", table: "private-b", "default") },
            gone.fails("something else stops the packets before they come to the lost zone") {
                try $0.nft("vpc", "insert rule ip netlab eni-app-b ip daddr 10.0.1.10 drop")
            },
            gone.errs("it did not answer before, either") { try $0.close("8080", at: "app-a") },
        ]
    }()

    private static let single: [Mutation] = {
        func check(_ claim: String, _ says: String) -> Target { Target("nat-single-az", claim, says) }
        let loses = check("C32", "with zone a, zone b loses")
        let opensNone = check("C32", "with zone a, zone b cannot open")
        let keeps = check("C32", "while it has no Internet")
        let server = check("C32", "a server in a public subnet")
        return [
            check("C29", "both zones are seen").fails("zone b has no way out") {
                try $0.route("del", table: "private-b", "default")
            },
            loses.fails("zone b has an Elastic IP and a route of its own") { try $0.giveZoneBItsOwnWay() },
            loses.errs("there is no connection that could be lost") {
                try $0.route("del", table: "private-b", "default")
            },
            opensNone.fails("zone b has an Elastic IP and a route of its own") { try $0.giveZoneBItsOwnWay() },
            keeps.fails("between its subnets addresses are translated") {
                try $0.nft("vpc", "table ip t { chain c { type nat hook postrouting priority 100; }; }")
                try $0.nft("vpc", "add rule ip t c ip daddr 10.0.12.50 snat to 10.0.12.1")
            },
            keeps.errs("nothing answers in zone a, at any time") { try $0.close("8080", at: "app-a") },
            server.fails("the Internet translates users' addresses") {
                try $0.nft("internet", "table ip t { chain c { type nat hook postrouting priority 100; }; }")
                try $0.nft("internet", "add rule ip t c oifname igw snat to 192.0.2.1")
            },
            server.errs("zone b does not need the shared gateway") { try $0.giveZoneBItsOwnWay() },
        ]
    }()
}

extension LabFixture {
    fileprivate func giveZoneBItsOwnWay() throws {
        try associate("10.0.11.10", "203.0.113.50")
        try openToInternet(table: "private-b")
    }
}
