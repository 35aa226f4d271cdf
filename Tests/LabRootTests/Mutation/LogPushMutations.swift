import NetlabTesting

/// What breaks each check of `labs/log-push.yaml`.
enum LogPushMutations {
    private static func check(_ says: String) -> Target { Target("log-push", "C17", says) }

    static let all: [Mutation] = [
        check("a private instance pushes logs").fails("the route to the NAT gateway is gone") {
            try $0.route("del", table: "private-a", "default")
        },
        check("a private instance pushes logs").errs("the sealed subnet has a way out after all") {
            try $0.sendToNAT(table: "isolated-a")
        },
        check("a private instance pushes syslog").fails("the NAT gateway has another address") {
            try $0.reassociate("10.0.0.4", from: "203.0.113.11", to: "203.0.113.99")
        },
        check("a private instance pushes syslog").errs("the sealed subnet has a way out after all") {
            try $0.sendToNAT(table: "isolated-a")
        },
        check("after the idle time").fails("the NAT gateway remembers as long as a Linux router") {
            try $0.run("nat-a", "sysctl", "-w", "net.netfilter.nf_conntrack_tcp_timeout_established=432000")
        },
        check("after the idle time").fails("the NAT gateway takes up flows in the middle, as a Linux router does") {
            try $0.run("nat-a", "sysctl", "-w", "net.netfilter.nf_conntrack_tcp_loose=1")
        },
        check("after the idle time").fails("the NAT gateway forgets in silence") {
            try $0.nft("nat-a", "insert rule ip netlab forward ct state invalid drop")
        },
        check("after the idle time").errs("the one who speaks in time has no network") {
            try $0.run("busy", "ip", "route", "del", "default")
        },
    ]
}
