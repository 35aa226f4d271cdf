import NetlabTesting

/// What breaks each check of the labs whose tasks have interfaces of their own.
enum ECSTaskMutations {
    static let all = onEC2 + inPublic + inPrivate

    private static let onEC2: [Mutation] = {
        func check(_ says: String) -> Target { Target("ecs-ec2-awsvpc", "C26", says) }
        let gateway = check("a task in mode awsvpc cannot")
        let back = check("the same task in a private subnet")
        let unseen = check("no public address leads to a task")
        let own = check("the task's interface is its own")
        return [
            gateway.fails("the task gets a public address") { try $0.associate("10.0.0.77", "203.0.113.77") },
            gateway.fails("the route table drops it, not the gateway") {
                try $0.route("del", table: "public-a", "default")
            },
            gateway.errs("the host loses its Elastic IP") { try $0.disassociate("10.0.0.20", "203.0.113.20") },
            back.fails("the route to the NAT gateway is gone") { try $0.route("del", table: "private-a", "default") },
            back.fails("the private subnet is a public one, and the task has an address of its own") {
                try $0.openToInternet(table: "private-a")
                try $0.associate("10.0.1.77", "203.0.113.78")
            },
            back.errs("the task in the public subnet gets a public address") {
                try $0.associate("10.0.0.77", "203.0.113.77")
            },
            unseen.fails("the task gets a public address") { try $0.associate("10.0.0.77", "203.0.113.77") },
            unseen.errs("the tasks have stopped") { try $0.stopServices() },
            own.fails("the task's group is closed") { try $0.closeGroup("task") },
            own.errs("the host's group lets the task in") {
                try $0.nft("vpc", "insert rule ip netlab ingress-host accept")
            },
        ]
    }()

    private static let inPublic: [Mutation] = {
        func check(_ says: String) -> Target { Target("ecs-fargate-public", "C27", says) }
        let first = check("the first task speaks")
        let second = check("the second task speaks")
        let toFirst = check("users reach the first task")
        let toSecond = check("users reach the second task")
        let nothingElse = check("the public block leads")
        let carried = check("a task carries")
        return [
            first.fails("its public address is another") {
                try $0.reassociate("10.0.0.81", from: "203.0.113.254", to: "203.0.113.50")
            },
            first.errs("the task without a public address gets one") { try $0.associate("10.0.0.83", "203.0.113.50") },
            second.fails("it shows the first task's address") {
                try $0.nft("igw", "delete element ip netlab private_to_public { 10.0.10.82 }")
                try $0.nft("igw", "add element ip netlab private_to_public { 10.0.10.82 : 203.0.113.254 }")
            },
            toFirst.fails("its address leads to the second task") {
                try $0.nft("igw", "delete element ip netlab public_to_private { 203.0.113.254 }")
                try $0.nft("igw", "add element ip netlab public_to_private { 203.0.113.254 : 10.0.10.82 }")
            },
            toFirst.errs("something else stops the other port") {
                try $0.nft("igw", "insert rule ip netlab inbound tcp dport 8080 drop")
            },
            toSecond.fails("its public address is taken away") { try $0.disassociate("10.0.10.82", "203.0.113.253") },
            toSecond.errs("the gateway lets private destinations in") { try $0.openGateway() },
            nothingElse.fails("the third task gets a public address") { try $0.associate("10.0.0.83", "203.0.113.50") },
            nothingElse.fails("one of the two has no public address") {
                try $0.disassociate("10.0.0.81", "203.0.113.254")
            },
            carried.fails("a task carries its public address itself") {
                try $0.run("web-1", "ip", "address", "add", "203.0.113.254/32", "dev", "eth0")
            },
        ]
    }()

    private static let inPrivate: [Mutation] = {
        func check(_ says: String) -> Target { Target("ecs-fargate-private", "C35", says) }
        let zoneA = check("a task in zone a leaves")
        let zoneB = check("a task in zone b leaves")
        let unseen = check("nothing that begins on the Internet")
        let trapOut = check("with a public address in a private subnet")
        let trapIn = check("whoever calls that public address")
        return [
            zoneA.fails("its subnet is sent to the other NAT gateway") {
                try $0.sendToNAT(table: "private-a", gateway: "nat-b", address: "10.0.10.4")
            },
            zoneB.fails("its subnet is sent to the other NAT gateway") {
                try $0.sendToNAT(table: "private-b", gateway: "nat-a", address: "10.0.0.4")
            },
            zoneB.errs("the isolated subnet gets a NAT gateway") { try $0.sendToNAT(table: "isolated-a") },
            unseen.fails("a task gets a public address that answers") {
                try $0.expose("task-a", "10.0.1.91", as: "203.0.113.50")
                try $0.nft("igw", "insert rule ip netlab inbound ip daddr 10.0.1.91 accept")
            },
            unseen.errs("the tasks have stopped") { try $0.stopServices() },
            trapOut.fails("the subnet is a public one") { try $0.openToInternet(table: "private-a") },
            trapOut.errs("the task in the public subnet has no public address") {
                try $0.disassociate("10.0.0.95", "203.0.113.253")
            },
            trapIn.fails("the subnet is a public one") { try $0.openToInternet(table: "private-a") },
            trapIn.errs("the task in the public subnet has no public address") {
                try $0.disassociate("10.0.0.95", "203.0.113.253")
            },
        ]
    }()
}

extension LabFixture {
    /// Nobody comes in by the group any more, neither tracked nor untracked.
    func closeGroup(_ name: String) throws {
        try nft("vpc", "flush chain ip netlab sg-\(name)-in")
        try nft("vpc", "flush chain ip netlab sg-\(name)-in-open")
    }
}
