import KernelObjects
import LabPlan
import LabRunner
import NetlabTesting

/// What breaks each check of `labs/port-forward.yaml` and `labs/ssh-bots.yaml`.
enum InboundMutations {
    static let all = portForward + bots

    private static let portForward: [Mutation] = {
        func check(_ says: String) -> Target { Target("port-forward", "C15", says) }
        let shut = check("the NAT gateway's Elastic IP")
        let inside = check("from inside, the NAT gateway")
        return [
            check("the load balancer's listener").fails("the instance does not answer") {
                try $0.close("8080", at: "app")
            },
            shut.fails("somebody has made the NAT gateway forward a port after all") {
                try $0.nft("nat-a", "flush chain ip netlab strangers")
                try $0.nft("nat-a", "table ip t { chain c { type nat hook prerouting priority -100; }; }")
                try $0.nft("nat-a", "add rule ip t c tcp dport 8080 dnat to 10.0.1.10:8080")
                try $0.nft("nat-a", "insert rule ip netlab forward ct status dnat accept")
            },
            shut.errs("the listener is closed, so that the scanner finds nothing anywhere") {
                try $0.close("80", at: "front-a")
            },
            check("of all public addresses").fails("the listener is closed") { try $0.close("80", at: "front-a") },
            inside.fails("the NAT gateway refuses instead of staying silent") {
                try $0.nft("nat-a", "flush chain ip netlab strangers")
                try $0.nft("nat-a", "insert rule ip netlab input tcp dport 80 reject with tcp reset")
            },
            inside.errs("the instance of the control is closed") { try $0.close("8080", at: "app") },
            check("what the NAT gateway is for").fails("the route to it is gone") {
                try $0.route("del", table: "private-a", "default")
            },
        ]
    }()

    private static let bots: [Mutation] = {
        func check(_ claim: String, _ says: String) -> Target { Target("ssh-bots", claim, says) }
        let sweep = check("C22", "a sweep of the whole")
        let decides = check("C21", "the security group decides")
        let limited = check("C22", "a group that lets one")
        let closed = check("C22", "a group that is closed")
        let hidden = check("C22", "a private server")
        return [
            sweep.fails("another server lets everybody in") {
                try $0.nft("vpc", "insert rule ip netlab ingress-careful accept")
            },
            sweep.errs("the administrator is not let in") { try $0.shut("admin-only") },
            check("C22", "there the bot tries").fails("the group is closed") { try $0.shut("open-to-all") },
            check("C22", "there the bot tries").fails("sshd answers, but only to four connections") {
                try $0.nft("careless", "table ip t { chain c { type filter hook input priority 0; }; }")
                try $0.nft("careless", "add rule ip t c tcp flags syn tcp dport 22 quota over 240 bytes drop")
            },
            decides.fails("closed ports say so") {
                try $0.nft("vpc", "add rule ip netlab sg-open-to-all-in tcp dport 1-1024 reject with tcp reset")
            },
            decides.errs("the open port is closed, too") { try $0.close("22", at: "careless") },
            limited.fails("the group lets everybody in") {
                try $0.nft("vpc", "insert rule ip netlab ingress-careful accept")
            },
            limited.errs("the administrator is not let in") { try $0.shut("admin-only") },
            closed.fails("the group lets everybody in") {
                try $0.nft("vpc", "insert rule ip netlab ingress-closed accept")
            },
            closed.errs("nobody inside is let in") { try $0.shut("inside-only") },
            hidden.fails("the Internet gateway lets private destinations in") { try $0.openGateway() },
            hidden.errs("nothing listens there") { try $0.close("22", at: "vault") },
        ]
    }()
}

extension LabFixture {
    /// Takes every rule from a security group's way in: those that are tracked, and those that are open to everyone.
    fileprivate func shut(_ group: String) throws {
        try nft("vpc", "flush chain ip netlab sg-\(group)-in")
        if running.plan.node("vpc")?.nft?.chains.contains(where: { $0.name == "sg-\(group)-in-open" }) == true {
            try nft("vpc", "flush chain ip netlab sg-\(group)-in-open")
        }
    }
}
