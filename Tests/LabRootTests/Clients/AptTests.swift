import LabRunner
import LabServices
import LinuxSystem
import NetlabTesting
import Testing

extension RealLabs {
    /// The distribution's own apt, in a root of its own, on the private instance.
    @Suite("apt-get") struct AptTests {
        @Test("updates, installs and upgrades through the NAT gateway, and the mirror only ever sees that")
        func installs() async throws {
            try await withLab("private-nat") { lab throws in
                let apt = try AptRoot(keyring: "\(TestShare.folder())/apt-mirror/netlab-archive-keyring.gpg")
                try apt.run(lab, "app", "update")
                try apt.run(lab, "app", "install", "hello", "netlab-update=1.0")
                #expect(try apt.program("hello").contains("Hello from the netlab mirror"))
                #expect(try apt.program("netlab-update").contains("old version"))
                try apt.run(lab, "app", "upgrade")
                #expect(try apt.program("netlab-update").contains("new version"))

                let seen = try AccessLog.records(in: lab.running.state.path).filter { $0.node == "mirror" }
                #expect(seen.count >= 5)
                #expect(seen.contains { $0.path?.hasSuffix("hello_1.0_all.deb") == true && $0.status == 200 })
                #expect(seen.allSatisfy { $0.peer.hasPrefix("203.0.113.11:") }, "\(seen.map(\.peer))")
            }
        }

        @Test("believes the mirror only by its signature, and finds nothing without a way out")
        func refuses() async throws {
            try await withLab("private-nat") { lab throws in
                let apt = try AptRoot(keyring: "/dev/null")
                let unsigned = try apt.try(lab, "app", "update")
                #expect(unsigned.status == 100)
                #expect("\(unsigned)".contains("NO_PUBKEY") || "\(unsigned)".contains("not signed"), "\(unsigned)")
                let lost = try apt.try(lab, "vault", "update")
                #expect(lost.status == 100)
                #expect("\(lost)".contains("Could not connect") || "\(lost)".contains("Connection"), "\(lost)")
            }
        }
    }
}

/// A root folder that apt and dpkg take for the system; removed with the last reference.
private final class AptRoot {
    private let path = "/tmp/nlt-apt-\(UInt64.random(in: 0...UInt64.max))"

    init(keyring: String) throws {
        try Files.makeFolder(path)
        for folder in [
            "etc", "etc/apt", "etc/apt/apt.conf.d", "etc/apt/preferences.d", "etc/apt/sources.list.d", "var", "var/lib",
            "var/lib/apt", "var/lib/apt/lists", "var/lib/apt/lists/partial", "var/lib/dpkg", "var/lib/dpkg/info",
            "var/lib/dpkg/updates", "var/lib/dpkg/triggers", "var/cache", "var/cache/apt", "var/cache/apt/archives",
            "var/cache/apt/archives/partial", "var/log", "var/log/apt",
        ] {
            try Files.makeFolder("\(path)/\(folder)")
        }
        for file in ["var/lib/dpkg/status", "var/lib/dpkg/available"] { try Files.write("", to: "\(path)/\(file)") }
        try Files.write(
            "deb [signed-by=\(keyring)] http://deb.debian.org/debian bookworm main\n",
            to: "\(path)/etc/apt/sources.list", mode: 0o644)
        // Read before anything else, so that the machine's own settings are not.
        try Files.write(
            """
            Dir "\(path)";
            Dir::Etc::parts "\(path)/etc/apt/apt.conf.d";
            Dir::State::status "\(path)/var/lib/dpkg/status";
            APT::Sandbox::User "root";
            APT::Architecture "amd64";
            Acquire::http::Proxy "false";
            Acquire::http::Timeout "2";
            Acquire::Retries "0";
            Acquire::Languages "none";
            DPkg::Options { "--root=\(path)"; "--log=\(path)/var/log/dpkg.log"; };
            """, to: "\(path)/apt.conf")
    }

    deinit { try? Files.removeTree(path) }

    /// `apt-get -y` with a word or more, which must succeed.
    func run(_ lab: LabFixture, _ node: String, _ words: String...) throws {
        try self.try(lab, node, words).output()
    }

    func `try`(_ lab: LabFixture, _ node: String, _ words: String...) throws -> Execution {
        try self.try(lab, node, words)
    }

    private func `try`(_ lab: LabFixture, _ node: String, _ words: [String]) throws -> Execution {
        let settings = [
            "APT_CONFIG=\(path)/apt.conf", "DEBIAN_FRONTEND=noninteractive", "LC_ALL=C",
            "PATH=/usr/sbin:/usr/bin:/sbin:/bin",
        ]
        return try lab.exec(
            node, ["env"] + settings + ["apt-get", "-y", "-q", "--error-on=any"] + words, within: .seconds(60))
    }

    /// The text of an installed program.
    func program(_ name: String) throws -> String { try Files.read("\(path)/usr/bin/\(name)") }
}
