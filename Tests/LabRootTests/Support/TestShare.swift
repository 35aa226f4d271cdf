import Glibc
import LinuxSystem
import NetlabTesting
import Testing

/// The share folder the tests give to `netlab`: the repository's labs and an apt mirror.
enum TestShare {
    /// `NETLAB_SHARE` if it is complete; else the one that belongs to the built program, made if need be.
    static func folder() throws -> String { try made.get() }

    /// The program under test, with that folder.
    static func program() throws -> NetlabProgram { try NetlabProgram(share: folder()) }

    static let repository: String = #filePath.split(separator: "/").dropLast(4).map { "/\($0)" }.joined()

    private static let made = Result { try make() }

    private static func make() throws -> String {
        if let chosen = getenv("NETLAB_SHARE").map({ String(cString: $0) }), Files.exists("\(chosen)/apt-mirror/dists")
        {
            return chosen
        }
        let build = try NetlabProgram().path.split(separator: "/").dropLast(2).map { "/\($0)" }.joined()
        let folder = "\(build)/share/netlab"
        try Files.makeFolder("\(build)/share")
        try Files.makeFolder(folder)
        if !Files.exists("\(folder)/labs") {
            try systemCall("symlink") { symlink("\(repository)/labs", "\(folder)/labs") }
        }
        for (script, part) in [("make-apt-mirror", "apt-mirror"), ("make-registry", "registry")] {
            _ = try RunningCommand.start(["\(repository)/scripts/\(script).sh", "\(folder)/\(part)"])
                .wait(within: .seconds(60)).output()
        }
        return folder
    }
}

/// A shipped lab by name, or a file by path.
func withLab<Value>(_ lab: String, _ body: (LabFixture) async throws -> Value) async throws -> Value {
    try await LabFixture.with(lab, program: try TestShare.program()) { lab in
        try Census.note(lab.running)
        return try await body(lab)
    }
}

/// A lab written in the test.
func withLab<Value>(text: String, _ body: (LabFixture) async throws -> Value) async throws -> Value {
    try await LabFixture.with(text: text, program: try TestShare.program()) { lab in
        try Census.note(lab.running)
        return try await body(lab)
    }
}

/// Polls until it is so, at most so long.
func eventually(within limit: Duration = .seconds(20), _ condition: () throws -> Bool) rethrows -> Bool {
    let deadline = ContinuousClock.now + limit
    while true {
        if try condition() { return true }
        guard ContinuousClock.now < deadline else { return false }
        usleep(5000)
    }
}

extension LabFixture {
    /// Runs a command inside a node that must succeed, and gives its output.
    @discardableResult
    func run(_ node: String, _ command: String...) throws -> String { try exec(node, command).output() }

    /// One line of shell inside a node.
    @discardableResult
    func shell(_ node: String, _ line: String) throws -> String { try exec(node, ["sh", "-c", line]).output() }
}

/// Small labs for tests that are about the program and not about AWS.
enum TinyLab {
    /// Two instances and a user; its two claims take a few milliseconds.
    static let text = """
        lab: tiny
        title: The smallest lab with a claim
        vpc: { cidr: 10.0.0.0/16, zones: [a] }
        internet-gateway: igw
        subnets:
          public-a: { cidr: 10.0.0.0/24, zone: a, routes: { 0.0.0.0/0: igw } }
        security-groups:
          web: { ingress: [{ tcp: 400-449, from: 0.0.0.0/0 }] }
        instances:
          web: { subnet: public-a, address: 10.0.0.20, elastic-ip: 203.0.113.20, security-groups: [web], listens: { http: 443 } }
          other: { subnet: public-a, address: 10.0.0.21, elastic-ip: 203.0.113.21, security-groups: [web], listens: { http: 443 } }
        internet:
          user: { address: 198.51.100.70 }
        checks:
          - claim: C10
            source: note §2, application service
            says: users reach the server
            from: user
            http: web:443/
            expect: { succeeds: true, seen-from: user }
          - claim: C4
            source: note §1, no public address
            says: the server carries a private address only
            from: web
            addresses: true
            expect: { only-private: true }
        """
}
