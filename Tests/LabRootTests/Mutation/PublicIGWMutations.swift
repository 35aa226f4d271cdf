import NetlabTesting

/// What breaks each check of `labs/public-igw.yaml`.
enum PublicIGWMutations {
    static let all = servers + conditions + groups

    private static func check(_ claim: String, _ says: String) -> Target { Target("public-igw", claim, says) }

    private static let servers: [Mutation] = {
        let users = check("C10", "users reach a server")
        let carried = check("C10", "the server itself carries")
        let learns = check("C10", "the server learns its public address")
        return [
            users.fails("the server has stopped") { try $0.stopServices() },
            users.fails("the Internet gateway translates sources of users, too") {
                try $0.nft("internet", "table ip t { chain c { type nat hook postrouting priority 100; }; }")
                try $0.nft("internet", "add rule ip t c oifname igw snat to 192.0.2.1")
            },
            users.fails("the security group is closed") {
                try $0.nft("vpc", "flush chain ip netlab sg-web-in")
                // Open to everyone: what is not tracked has a chain of its own.
                try $0.nft("vpc", "flush chain ip netlab sg-web-in-open")
            },
            users.errs("the Internet gateway lets private destinations in") { try $0.openGateway() },
            carried.fails("the server carries its Elastic IP itself") {
                try $0.run("web", "ip", "address", "add", "203.0.113.20/32", "dev", "lo")
                try $0.run("web", "ip", "address", "add", "203.0.113.20/32", "dev", "eth0")
            },
            carried.errs("the host of the Internet carries a private address") {
                try $0.run("user", "ip", "address", "flush", "dev", "eth0")
                try $0.run("user", "ip", "address", "add", "10.0.9.9/32", "dev", "eth0")
            },
            learns.fails("the services have stopped") { try $0.stopServices() },
            learns.fails("the service takes the server for another") {
                try $0.nft("vpc", "table ip t { chain c { type nat hook input priority 100; }; }")
                try $0.nft("vpc", "add rule ip t c ip saddr 10.0.0.20 tcp dport 80 snat to 10.0.1.20")
            },
            learns.errs("the service takes the plain server for one with a public address") {
                try $0.nft("vpc", "table ip t { chain c { type nat hook input priority 100; }; }")
                try $0.nft("vpc", "add rule ip t c ip saddr 10.0.0.40 tcp dport 80 snat to 10.0.0.20")
            },
        ]
    }()

    private static let conditions: [Mutation] = {
        let out = check("C19", "a host with a public address")
        let wayOut = check("C19", "the route is needed on the way out")
        let wayIn = check("C19", "the route is needed for whoever comes in")
        return [
            out.fails("the route to the Internet gateway is gone") {
                try $0.route("del", table: "public-a", "default")
            },
            out.fails("the public address is taken away") { try $0.disassociate("10.0.0.20", "203.0.113.20") },
            out.fails("the public address is another") {
                try $0.reassociate("10.0.0.20", from: "203.0.113.20", to: "203.0.113.50")
            },
            out.errs("the plain server gets a public address") { try $0.associate("10.0.0.40", "203.0.113.50") },
            wayOut.fails("the route to the Internet gateway is gone") {
                try $0.route("del", table: "public-a", "default")
            },
            wayOut.errs("the dark subnet gets a route") { try $0.openToInternet(table: "dark-a") },
            wayIn.fails("the route to the Internet gateway is gone") {
                try $0.route("del", table: "public-a", "default")
            },
            wayIn.errs("the dark subnet gets a route") { try $0.openToInternet(table: "dark-a") },
            wayIn.errs("the dark server hears nothing") { try $0.nft("dark", PrivateNATMutations.deaf) },
        ]
    }()

    private static let groups: [Mutation] = {
        let outwards = check("C20", "communication is bidirectional, outwards")
        let inwards = check("C20", "communication is bidirectional, inwards")
        let scan = check("C21", "the security group decides")
        return [
            outwards.fails("the security group lets nothing out") {
                try $0.nft("vpc", "flush chain ip netlab sg-web-out")
            },
            outwards.errs("the plain server gets a public address") { try $0.associate("10.0.0.40", "203.0.113.50") },
            inwards.fails("the public address is taken away") { try $0.disassociate("10.0.0.20", "203.0.113.20") },
            inwards.errs("the security group opens port 22 to the world") {
                try $0.nft("vpc", "insert rule ip netlab sg-web-in tcp dport 22 accept")
            },
            scan.fails("the security group opens port 22 to the world") {
                try $0.nft("vpc", "insert rule ip netlab sg-web-in tcp dport 22 accept")
            },
            scan.fails("one closed port shows itself") {
                try $0.nft("vpc", "insert rule ip netlab sg-web-in tcp dport 777 accept")
            },
            scan.fails("refusals are spoken, not silent") {
                try $0.nft("vpc", "add rule ip netlab sg-web-in tcp dport 1-1024 reject with tcp reset")
            },
            scan.fails("the server has stopped") { try $0.stopServices() },
            scan.errs("the administrator's group is not let in") {
                try $0.nft("vpc", "flush set ip netlab sg_admin")
            },
        ]
    }()
}
