import LabRunner
import NetlabTesting

/// What breaks each check of `labs/docker-pull.yaml`.
enum DockerPullMutations {
    private static func check(_ says: String) -> Target { Target("docker-pull", "C7", says) }

    static let all: [Mutation] = [
        check("a private host pulls").fails("the route to the NAT gateway is gone") {
            try $0.route("del", table: "private-a", "default")
        },
        check("a private host pulls").fails("the NAT gateway has another address") {
            try $0.reassociate("10.0.0.4", from: "203.0.113.11", to: "203.0.113.99")
        },
        check("a private host pulls").fails("the registry hands out other bytes") {
            try $0.reconfigureRegistry(
                "s|location = /token|location ~ /blobs/ { return 200 wrong; } location = /token|",
                until: "[ \"$(curl -sS https://registry.example/v2/library/hello/blobs/x)\" = wrong ]")
        },
        check("a private host pulls").errs("the sealed subnet has a way out after all") {
            try $0.sendToNAT(table: "isolated-a")
        },
        check("the pull is private").fails("the certificate is nobody's the lab trusts") {
            let key = "\($0.running.state.path)/tls-registry"
            try $0.shell(
                "registry", "openssl req -x509 -key \(key).key -subj /O=netlab/CN=registry.example -out \(key).crt")
            try $0.reconfigureRegistry("", until: "! curl -sS https://registry.example/v2/ 2>/dev/null")
        },
        check("nothing was opened").fails("the Internet gateway lets private destinations in, and so does the group") {
            try $0.openGateway()
            try $0.nft("vpc", "insert rule ip netlab ingress-host accept")
        },
        check("nothing was opened").errs("the registry hears nothing") { try $0.close("443", at: "registry") },
    ]
}

extension LabFixture {
    /// Changes the configuration of the registry's nginx and waits until a line of shell says that it is in effect.
    fileprivate func reconfigureRegistry(_ edit: String, until test: String) throws {
        try editNginx("registry", edit)
        try shell("registry", "for try in $(seq 200); do if \(test); then exit 0; fi; sleep 0.1; done; exit 1")
    }
}
