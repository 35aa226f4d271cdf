import NetlabTesting

/// What breaks each check of `labs/bandwidth.yaml`.
enum BandwidthMutations {
    private static func check(_ says: String) -> Target { Target("bandwidth", "C23", says) }

    static let all: [Mutation] = [
        check("from a public subnet").fails("the host has no public address") {
            try $0.disassociate("10.0.0.10", "203.0.113.20")
        },
        check("from a private subnet").fails("the way goes past the NAT gateway") {
            try $0.openToInternet(table: "private-a")
            try $0.associate("10.0.1.10", "203.0.113.50")
        },
        check("from a private subnet").errs("the sealed subnet has a way out after all") {
            try $0.sendToNAT(table: "isolated-a")
        },
        check("throughput and latency").fails("the server does not answer") { try $0.close("5201", at: "meter") },
        check("throughput and latency").fails("the public host has another address") {
            try $0.reassociate("10.0.0.10", from: "203.0.113.20", to: "203.0.113.50")
        },
        check("throughput and latency").fails("the private way is closed") {
            try $0.route("del", table: "private-a", "default")
        },
        check("throughput and latency").errs("the sealed subnet has a way out after all") {
            try $0.sendToNAT(table: "isolated-a")
        },
    ]
}
