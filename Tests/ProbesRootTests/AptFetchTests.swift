import Glibc
import IPAddressing
import LinuxSystem
import Namespaces
import Probes
import Testing

@testable import enum Probes.AptIndex

@Suite struct AptFetchTests {
    /// `a` with a resolver and a mirror on `b`; the files can be changed before they are served.
    private func fetch(_ change: (inout [String: String]) -> Void = { _ in }) throws -> AptFetchProbe.Outcome {
        let topology = try pair()
        let package = String(repeating: "deb", count: 5000)
        let packages = """
            Package: other
            Filename: pool/other.deb
            Size: 1
            SHA256: \(try sha256("x"))

            Package: hello
            Version: 1.0
            Filename: pool/hello.deb
            Size: \(package.utf8.count)
            SHA256: \(try sha256(package))

            """
        var files = [
            "/debian/dists/stable/main/binary-amd64/Packages": packages, "/debian/pool/hello.deb": package,
            "/debian/dists/stable/InRelease": try inRelease(packages),
        ]
        change(&files)
        let served = files
        _ = topology.keep(
            try TestServer(tcp: 80, in: topology("b")) { connection in
                let path =
                    connection.read(until: "\r\n\r\n").split(separator: " ").dropFirst().first.map(String.init) ?? ""
                let body = served[path]
                connection.send(
                    "HTTP/1.1 \(body == nil ? "404 Not Found" : "200 OK")\r\nX-Netlab-Seen-From: \(connection.peer)\r\n"
                        + "Content-Length: \(body?.utf8.count ?? 0)\r\n\r\n\(body ?? "")")
                // Until the client is done: closing now could reset what is still on its way.
                _ = connection.read(until: "never")
                connection.close()
            })
        _ = topology.keep(
            try TestServer(udp: 53, in: topology("b")) { query, _ in
                [
                    query[..<2] + [0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0] + query[12...] + [
                        0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 9, 0, 4,
                    ]
                        + bAddress.bytes
                ]
            })
        return try AptFetchProbe(
            from: topology("a"), resolvers: [b(53)], host: "deb.debian.org", package: "hello"
        ).run()
    }

    private func inRelease(_ packages: String) throws -> String {
        """
        -----BEGIN PGP SIGNED MESSAGE-----
        Hash: SHA512

        Suite: stable
        MD5Sum:
         d41d8cd98f00b204e9800998ecf8427e \(packages.utf8.count) main/binary-amd64/Packages
        SHA256:
         \(try sha256(packages)) \(packages.utf8.count) main/binary-amd64/Packages
        -----BEGIN PGP SIGNATURE-----
        """
    }

    private func sha256(_ text: String) throws -> String {
        let path = "/tmp/nlt-\(UInt64.random(in: 0...UInt64.max))"
        let file = try OwnedDescriptor(opening: path, O_CREAT | O_WRONLY)
        defer { unlink(path) }
        try file.write(text.utf8)
        return String(try command("sha256sum", path).prefix(64))
    }

    @Test func fetchesAndVerifiesAll() throws {
        let outcome = try fetch()
        let download = try outcome.result.get()
        #expect(download.bytes == 15_000)
        #expect(download.version == "1.0")
        #expect(download.sha256 == (try sha256(String(repeating: "deb", count: 5000))))
        #expect(outcome.mirror == b(80))
        // The first base path, /ubuntu, is not there.
        #expect(outcome.requests.map(\.status) == [404, 200, 200, 200])
        #expect(outcome.requests.allSatisfy { $0.seenFrom?.source == $0.local })
        report("apt fetch, 5 requests", outcome.duration)
    }

    @Test func aChangedFileIsFound() throws {
        let outcome = try fetch { $0["/debian/pool/hello.deb"] = String(repeating: "bad", count: 5000) }
        #expect(throws: AptFetchProbe.Failure.self) { try outcome.result.get() }
        #expect(step(outcome) == .package)
        #expect(step(try fetch { $0["/debian/dists/stable/main/binary-amd64/Packages"]? += "\n" }) == .packages)
        #expect(step(try fetch { $0["/debian/dists/stable/InRelease"] = nil }) == .inRelease)
        #expect(step(try fetch { $0["/debian/pool/hello.deb"] = nil }) == .package)
    }

    @Test func withoutAResolverItFailsAtTheFirstStep() throws {
        let topology = try pair()
        let outcome = try AptFetchProbe(
            from: topology("a"), resolvers: [b(53)], host: "deb.debian.org", package: "hello"
        ).run()
        #expect(step(outcome) == .resolve)
        guard case .failure(let failure) = outcome.result, case .unreachable = failure.noReply else {
            Issue.record("not unreachable: \(outcome.result)")
            return
        }
    }

    private func step(_ outcome: AptFetchProbe.Outcome) -> AptFetchProbe.Step? {
        if case .failure(let failure) = outcome.result { failure.step } else { nil }
    }
}

@Suite struct AptIndexTests {
    private let digest = String(repeating: "ab", count: 32)

    @Test func onlyTheSignedPartCounts() {
        let line = "SHA256:\n \(digest) 5 P\n"
        #expect(AptIndex.checksum(of: "P", inRelease: line) == nil)
        let signed = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: X\n\n"
        #expect(AptIndex.checksum(of: "P", inRelease: signed + line)?.size == 5)
        #expect(AptIndex.checksum(of: "P", inRelease: line + signed + "-----BEGIN PGP SIGNATURE-----\n" + line) == nil)
        #expect(AptIndex.checksum(of: "P", inRelease: signed + "MD5Sum:\n \(digest) 5 P\n") == nil)
    }

    @Test(arguments: ["../x.deb", "/etc/passwd", "a/../../b", "", "a b", "http://x/\r\nHost: y"])
    func pathsThatLeaveTheRepositoryAreRefused(path: String) {
        let text = "Package: x\nSize: 1\nSHA256: \(digest)\nFilename: \(path)\n"
        #expect(AptIndex.package("x", in: text) == nil)
    }
}
