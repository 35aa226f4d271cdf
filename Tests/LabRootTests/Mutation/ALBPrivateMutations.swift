import LabRunner
import NetlabTesting

/// What breaks each check of `labs/alb-private.yaml`.
enum ALBPrivateMutations {
    private static func check(_ claim: String, _ says: String) -> Target { Target("alb-private", claim, says) }

    static let all: [Mutation] = [
        check("C11", "a user's request reaches").fails("the servers' group lets nobody in") { try $0.sealServers() },
        check("C11", "the private server sees").fails("the servers' group lets nobody in") { try $0.sealServers() },
        check("C11", "a POST goes").fails("the servers' group lets nobody in") { try $0.sealServers() },
        check("C14", "plain HTTP is redirected").fails("nothing listens on port 80") {
            for node in ["web-a", "web-b"] { try $0.close("80", at: node) }
        },
        check("C14", "an SQL injection is refused").fails("the firewall is switched off") {
            try $0.reconfigure(
                "s/modsecurity on;/modsecurity off;/", until: "?id=1%27%20UNION%20SELECT%20p--", says: "200")
        },
        check("C14", "a body that is too large").fails("the balancer takes bodies of any size") {
            try $0.reconfigure(
                "s/modsecurity on;/modsecurity off;/; s/client_max_body_size 128k;//",
                until: "?id=1%27%20UNION%20SELECT%20p--", says: "200")
        },
        check("C13", "a server speaks to the database").fails("the database's group lets nobody in") {
            try $0.nft("vpc", "flush chain ip netlab sg-db-in")
        },
        check("C13", "a server speaks to the database").errs("something else stops the user before the gateway does") {
            try $0.nft("igw", "insert rule ip netlab inbound ip daddr 10.0.11.50 drop")
        },
        check("C13", "of all public addresses").fails("one listener is closed") { try $0.close("443", at: "web-b") },
        check("C16", "the same servers fetch").fails("the route to the NAT gateway is gone") {
            try $0.route("del", table: "private-a", "default")
        },
        check("C18", "nobody but the load balancer").fails("the groups let the database out, and into the server") {
            try $0.nft("vpc", "insert rule ip netlab egress-db accept")
            try $0.nft("vpc", "insert rule ip netlab ingress-app-a accept")
        },
        check("C18", "nobody but the load balancer").errs("the load balancer reaches no server") {
            try $0.sealServers()
        },
    ]
}

extension LabFixture {
    fileprivate func sealServers() throws { try nft("vpc", "flush chain ip netlab sg-app-in") }

    /// Drops what comes to a port of a node, whatever listens there.
    func close(_ port: String, at node: String) throws {
        try nft(node, "table ip t { chain c { type filter hook prerouting priority -310; }; }")
        try nft(node, "add rule ip t c tcp dport \(port) drop")
    }

    /// Changes the configuration of a node's nginx, which reads it anew; when, it does not say.
    func editNginx(_ node: String, _ edit: String) throws {
        try shell(
            node,
            """
            sed -i '\(edit)' \(running.state.path)/nginx-\(node).conf
            pkill -HUP -f '^nginx: master process .*\(running.state.path)/nginx-\(node).conf'
            """)
    }

    /// Changes the configuration of both nginx and waits until it is in effect: until a question gets that status.
    fileprivate func reconfigure(_ edit: String, until query: String, says status: String) throws {
        for node in ["web-a", "web-b"] { try editNginx(node, edit) }
        for address in ["203.0.113.31", "203.0.113.32"] {
            try shell(
                "user",
                """
                for try in $(seq 200); do
                    [ "$(curl -sk -o /dev/null -w '%{http_code}' 'https://\(address)/\(query)')" = \(status) ] && exit 0
                    sleep 0.1
                done
                exit 1
                """)
        }
    }
}
