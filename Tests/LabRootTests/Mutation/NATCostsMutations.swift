import NetlabTesting

/// What breaks each check of `labs/nat-costs.yaml`.
enum NATCostsMutations {
    private static func check(_ claim: String, _ says: String) -> Target { Target("nat-costs", claim, says) }

    static let all: [Mutation] = [
        check("C31", "what a private host sends").fails("its way goes past the NAT gateway") {
            try $0.passTheGateway()
        },
        check("C31", "the same bytes").fails("the route to the gateway endpoint is gone") {
            try $0.route("del", table: "storage-a", "198.51.100.96/27")
        },
        check("C31", "the same bytes").errs("the control's way goes past the NAT gateway") { try $0.passTheGateway() },
        check("C33", "a task with a public address").fails("its way leads through the NAT gateway") {
            try $0.run(
                "vpc", "ip", "rule", "add", "from", "10.0.0.10", "priority", "50", "lookup",
                "\($0.number(ofTable: "private-a"))")
        },
        check("C33", "a task with a public address").errs("the control's way goes past the NAT gateway") {
            try $0.passTheGateway()
        },
    ]
}

extension LabFixture {
    fileprivate func passTheGateway() throws {
        try openToInternet(table: "private-a")
        try associate("10.0.1.10", "203.0.113.50")
    }
}
