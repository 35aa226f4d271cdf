import NetlabTesting

/// What breaks each check of `labs/payments.yaml`.
enum PaymentsMutations {
    private static func check(_ claim: String, _ says: String) -> Target { Target("payments", claim, says) }

    static let all: [Mutation] = [
        check("C8", "from everyone").fails("the database's group lets everybody in") {
            try $0.nft("vpc", "insert rule ip netlab ingress-db accept")
            try $0.nft("vpc", "insert rule ip netlab egress-db accept")
        },
        check("C8", "from everyone").fails("the bank does not answer") { try $0.close("80", at: "bank") },
        check("C36", "from outside").fails("the payment service is reached at its private address") {
            try $0.openToTheWorld("payments", "10.0.1.20")
        },
        check("C36", "from outside").errs("the shop does not reach it, either") {
            try $0.nft("vpc", "flush chain ip netlab sg-payments-in")
        },
        check("C36", "whatever the port").fails("the Internet gateway lets private destinations in") {
            try $0.openGateway()
        },
        check("C36", "whatever the port").errs("the load balancer is silent") { try $0.close("80", at: "front-a") },
        check("C18", "the database answers").fails("its group lets everybody in") {
            try $0.nft("vpc", "insert rule ip netlab ingress-db accept")
        },
        check("C18", "the database answers").errs("the payment service is not let in, either") {
            try $0.nft("vpc", "flush chain ip netlab sg-db-in")
        },
        check("C18", "the payment service pays").fails("the route to the NAT gateway is gone") {
            try $0.route("del", table: "private-a", "default")
        },
        check("C18", "the payment service pays").errs("the database's subnet has a way out after all") {
            try $0.sendToNAT(table: "data-b")
        },
    ]
}

extension LabFixture {
    /// As if the Internet routed private addresses: in, out, and past the group.
    fileprivate func openToTheWorld(_ instance: String, _ address: String) throws {
        try openGateway()
        try nft("igw", "insert rule ip netlab outbound ip saddr \(address) accept")
        try run(
            "vpc", "ip", "rule", "add", "from", address, "priority", "50", "lookup", "\(number(ofTable: "public-a"))")
        try nft("vpc", "insert rule ip netlab ingress-\(instance) accept")
    }
}
