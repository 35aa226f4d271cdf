import NetlabTesting

/// What breaks each check of the labs whose containers share their host.
enum ECSHostMutations {
    static let all = bridge + host

    private static let bridge: [Mutation] = {
        func check(_ claim: String, _ says: String) -> Target { Target("ecs-ec2-bridge", claim, says) }
        let out = check("C24", "containers on a public host go out")
        let seen = check("C24", "inside the VPC they are seen")
        let neighbours = check("C24", "on the host itself nothing is translated")
        let published = check("C24", "users reach a container by the port")
        let nothingElse = check("C24", "nothing else of the public address")
        let privateOut = check("C34", "containers on a private host go out")
        let twoHops = check("C34", "with a hop limit of 2")
        let oneHop = check("C24", "with the hop limit of 1")
        return [
            // All but DNS: where names cannot be resolved, nothing is told.
            out.fails("the host masquerades no more") {
                try $0.nft("front", "insert rule ip netlab masqueraded ip saddr 172.17.0.0/16 tcp dport 80 accept")
            },
            out.fails("the host's public address is another") {
                try $0.reassociate("10.0.0.20", from: "203.0.113.20", to: "203.0.113.50")
            },
            out.errs("the isolated subnet gets a NAT gateway") { try $0.sendToNAT(table: "isolated-a") },
            seen.fails("the host masquerades no more") { try $0.nft("front", "flush chain ip netlab masqueraded") },
            seen.errs("the gateway lets private destinations in") { try $0.openGateway() },
            neighbours.fails("the host masquerades between containers, too") {
                try $0.nft("front", "insert rule ip netlab masqueraded ip saddr 172.17.0.3 snat to 172.17.0.1")
            },
            neighbours.errs("the container without a network can answer itself") {
                try $0.run("sealed", "ip", "address", "add", "172.17.0.2/32", "dev", "lo")
            },
            published.fails("the port is published no more") { try $0.nft("front", "flush chain ip netlab published") },
            published.fails("the container is told another client") {
                try $0.nft("front", "insert rule ip netlab masqueraded ip daddr 172.17.0.2 snat to 172.17.0.1")
            },
            published.errs("its own port leads to it, too") {
                try $0.nft(
                    "front", "add rule ip netlab published ip daddr 10.0.0.20 tcp dport 80 dnat to 172.17.0.2:80")
            },
            nothingElse.fails("another port leads to the worker") {
                try $0.nft(
                    "front", "add rule ip netlab published ip daddr 10.0.0.20 tcp dport 80 dnat to 172.17.0.3:80")
            },
            nothingElse.errs("the host speaks to its container no more") {
                try $0.nft("front", "table ip t { chain c { type filter hook output priority 0; }; }")
                try $0.nft("front", "add rule ip t c ip daddr 172.17.0.2 drop")
            },
            privateOut.fails("the private subnet is a public one, and the host has an address of its own") {
                try $0.openToInternet(table: "private-a")
                try $0.associate("10.0.1.20", "203.0.113.78")
            },
            privateOut.errs("the isolated subnet gets a NAT gateway") { try $0.sendToNAT(table: "isolated-a") },
            twoHops.fails("a hop more is between") {
                try $0.nft("back", "insert rule ip netlab direct ip saddr 169.254.169.254 ip ttl set 1")
            },
            twoHops.errs("the other host does not count the hop") {
                try $0.nft("front", "insert rule ip netlab direct ip saddr 169.254.169.254 ip ttl set 9")
            },
            oneHop.fails("the host does not count the hop") {
                try $0.nft("front", "insert rule ip netlab direct ip saddr 169.254.169.254 ip ttl set 9")
            },
            oneHop.errs("the service has stopped") { try $0.stopServices() },
        ]
    }()

    private static let host: [Mutation] = {
        func check(_ claim: String, _ says: String) -> Target { Target("ecs-ec2-host", claim, says) }
        let out = check("C25", "a container on a public host goes out")
        let ports = check("C25", "users reach both containers")
        let clash = check("C25", "two containers in mode host")
        let token = check("C25", "a container in mode host is one hop")
        let privateOut = check("C34", "a container on a private host")
        let inside = check("C34", "other hosts of the VPC reach the container")
        return [
            out.fails("the host's public address is another") {
                try $0.reassociate("10.0.0.20", from: "203.0.113.20", to: "203.0.113.50")
            },
            out.errs("the isolated subnet gets a NAT gateway") { try $0.sendToNAT(table: "isolated-a") },
            ports.fails("the second container's port is closed") { try $0.close("8081", at: "front") },
            clash.fails("the first container has stopped") { try $0.stopServices() },
            token.fails("the service has stopped") { try $0.stopServices() },
            token.errs("the host does not count the hop") {
                try $0.nft("front", "insert rule ip netlab direct ip saddr 169.254.169.254 ip ttl set 9")
            },
            privateOut.fails("the route to the NAT gateway is gone") {
                try $0.route("del", table: "private-a", "default")
            },
            privateOut.errs("the isolated subnet gets a NAT gateway") { try $0.sendToNAT(table: "isolated-a") },
            inside.fails("the private host's group is closed") {
                try $0.nft("vpc", "flush chain ip netlab sg-back-in")
            },
            inside.errs("the gateway lets private destinations in") { try $0.openGateway() },
        ]
    }()
}
