import NetlabTesting

/// What breaks each check of `labs/nlb-private.yaml`.
enum NLBPrivateMutations {
    private static func check(_ claim: String, _ says: String) -> Target { Target("nlb-private", claim, says) }

    static let all: [Mutation] = [
        check("C12", "an instance behind").fails("the instance does not answer") { try $0.close("8080", at: "app-a") },
        check("C12", "an instance behind").fails("the load balancer hides the client") {
            try $0.nft("front-a", "insert rule ip netlab client_address meta l4proto tcp snat to 10.0.0.4")
        },
        check("C12", "without cross-zone").fails("the zone's target does not answer") {
            try $0.close("8080", at: "app-b")
        },
        check("C12", "a target registered by address").fails("the load balancer keeps the client's address") {
            try $0.nft("plain-a", "flush chain ip netlab client_address")
        },
        check("C12", "a target on which nothing listens").fails("the healthy target does not answer, either") {
            try $0.close("9090", at: "app-a")
        },
        check("C15", "of all public addresses").fails("one listener is closed") { try $0.close("81", at: "plain-a") },
        check("C15", "a port on which no listener waits").fails("the load balancer refuses instead of staying silent") {
            try $0.nft("front-a", "insert rule ip netlab input tcp dport 22 reject with tcp reset")
        },
        check("C15", "a port on which no listener waits").errs("the open port of the control is closed") {
            try $0.close("80", at: "front-a")
        },
        check("C15", "the same servers go out").fails("the route to the NAT gateway is gone") {
            try $0.route("del", table: "private-a", "default")
        },
    ]
}
