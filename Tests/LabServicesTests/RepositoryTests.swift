import Glibc
import Testing

@testable import LabServices

@Suite("The apt mirror")
struct RepositoryTests {
    private static let content = "0123456789abcdefghij"

    /// A mirror folder beside a secret, with links that stay inside and links that lead out.
    private func withMirror(_ body: (Loopback) throws -> Void) throws {
        try Loopback.with(
            [.apt],
            { plan in
                let root = "\(plan.stateFolder)/mirror"
                for folder in [root, "\(root)/dists", "\(root)/dists/stable", "\(root)/debian-security", "\(root)/a b"]
                {
                    mkdir(folder, 0o755)
                }
                try write(Self.content, to: "\(root)/dists/stable/InRelease")
                try write("x", to: "\(root)/a b/libc++_1.0~rc1_all.deb")
                try write("s", to: "\(root)/debian-security/file")
                try write("secret", to: "\(plan.stateFolder)/secret")
                try write("secret", to: "\(plan.stateFolder)/mirror-secret")
                symlink("stable", "\(root)/dists/bookworm")
                symlink("../secret", "\(root)/out")
                symlink("..", "\(root)/up")
                symlink("/etc", "\(root)/etc")
                mkfifo("\(root)/fifo", 0o644)
                plan.aptRoot = root
            }, body)
    }

    @Test(arguments: [
        "/dists/stable/InRelease", "/debian/dists/stable/InRelease", "/ubuntu/dists/stable/InRelease",
        "/dists/bookworm/InRelease", "//dists/./stable//InRelease", "/dists%2Fstable/%49nRelease?query",
    ]) func servesFiles(path: String) throws {
        try withMirror { lab throws in
            let response = try lab.ask("GET \(path)")
            #expect(response.status == 200 && response.text == Self.content)
            #expect(response["content-length"] == "20" && response["accept-ranges"] == "bytes")
            #expect(response["content-type"] == "text/plain; charset=utf-8")
            #expect(response["x-netlab-seen-from"]?.hasPrefix("127.0.0.1:") == true)
            #expect(response["last-modified"].flatMap { HTTPDate($0) } != nil)
            let record = try #require(try lab.records.first)
            #expect(record.service == .apt && record.status == 200 && record.bytes == 20 && record.path == path)
        }
    }

    @Test func namesWithSpecialCharacters() throws {
        try withMirror { lab throws in
            let response = try lab.ask("GET /a%20b/libc%2b%2b_1.0%7erc1_all.deb")
            #expect(response.text == "x")
            #expect(response["content-type"] == "application/vnd.debian.binary-package")
        }
    }

    @Test func anArchiveFolderThatExistsIsNotStripped() throws {
        try withMirror { lab throws in
            #expect(try lab.ask("GET /debian-security/file").text == "s")
            #expect(try lab.ask("GET /debian-security/dists/stable/InRelease").status == 404)
        }
    }

    @Test(arguments: [
        "/", "/dists", "/dists/stable/", "/nothing", "/dists/stable/InRelease/x", "/out", "/up/secret", "/etc/passwd",
        "/fifo", "/debian", "/%20", "/dists/stable/%00", "/../secret", "/dists/../../secret", "/%2e%2e/secret",
        "/..%2fsecret", "/%2e%2e%2fmirror-secret", "/%", "/%4", "/%zz", "/%ff", "/dists%00/stable",
    ]) func nothingElseGetsOut(path: String) throws {
        try withMirror { lab throws in
            let response = try lab.ask("GET \(path)")
            #expect([400, 404].contains(response.status))
            #expect(!response.text.contains("secret") && !response.text.contains("root:"))
        }
    }

    @Test func rangesResumeDownloads() throws {
        try withMirror { lab throws in
            let cases = [
                ("bytes=0-0", 206, "0"), ("bytes=5-", 206, "56789abcdefghij"), ("bytes=-3", 206, "hij"),
                ("bytes=18-99", 206, "ij"), ("bytes=-99", 206, Self.content), ("bytes=20-", 416, ""),
                ("bytes=-0", 416, ""), ("bytes=3-2", 200, Self.content), ("bytes=0-1,4-5", 200, Self.content),
                ("lines=0-1", 200, Self.content), ("bytes=a-b", 200, Self.content), ("bytes=", 200, Self.content),
            ]
            for (range, status, text) in cases {
                let response = try lab.ask("GET /dists/stable/InRelease", ["Range: \(range)"])
                #expect(response.status == status && response.text == text, "\(range)")
            }
            let part = try lab.ask("GET /dists/stable/InRelease", ["Range: bytes=5-9"])
            #expect(part["content-range"] == "bytes 5-9/20" && part["content-length"] == "5")
            let none = try lab.ask("GET /dists/stable/InRelease", ["Range: bytes=20-"])
            #expect(none["content-range"] == "bytes */20")
        }
    }

    @Test func aRangeOfAnotherVersionIsTheWholeFile() throws {
        try withMirror { lab throws in
            let first = try lab.ask("HEAD /dists/stable/InRelease")
            let date = try #require(first["last-modified"])
            let tag = try #require(first["etag"])
            func status(_ condition: String) throws -> Int {
                try lab.ask("GET /dists/stable/InRelease", ["Range: bytes=5-", "If-Range: \(condition)"]).status
            }
            #expect(try status(date) == 206)
            #expect(try status(tag) == 206)
            #expect(try status("Sun, 06 Nov 1994 08:49:37 GMT") == 200)
            #expect(try status("\"other\"") == 200)
        }
    }

    @Test func unchangedFilesAreNotSentAgain() throws {
        try withMirror { lab throws in
            let path = "GET /dists/stable/InRelease"
            let first = try lab.ask("HEAD /dists/stable/InRelease")
            let date = try #require(first["last-modified"])
            let tag = try #require(first["etag"])
            let client = try lab.connect()
            for (headers, status) in [
                ("If-Modified-Since: \(date)", 304), ("If-None-Match: \(tag)", 304),
                ("If-None-Match: \"a\", W/\(tag)", 304), ("If-None-Match: *", 304),
                ("If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT", 200), ("If-Modified-Since: yesterday", 200),
                ("If-None-Match: \"other\"\r\nIf-Modified-Since: \(date)", 200),
            ] {
                // All on one connection: a body after a 304 would break the next answer.
                try client.send("\(path) HTTP/1.1\r\nHost: x\r\n\(headers)\r\n\r\n")
                #expect(try client.response().status == status, "\(headers)")
            }
        }
    }

    @Test func otherMethodsAreRefused() throws {
        try withMirror { lab throws in #expect(try lab.ask("PUT /dists/stable/InRelease").status == 405) }
    }

    @Test func noFolderIsAnError() throws {
        #expect(throws: LabServicesError.noRepository(node: "node", folder: "/nonexistent")) {
            try Loopback.with([.apt], { $0.aptRoot = "/nonexistent" }) { _ in }
        }
        #expect(throws: LabServicesError.noRepository(node: "node", folder: nil)) {
            try Loopback.with([.apt]) { _ in }
        }
    }

    @Test func datesGoBothWays() {
        #expect(HTTPDate(seconds: 784_111_777).description == "Sun, 06 Nov 1994 08:49:37 GMT")
        #expect(HTTPDate("Sun, 06 Nov 1994 08:49:37 GMT")?.seconds == 784_111_777)
        for text in [
            "", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37", "Sun, 06 Foo 1994 08:49:37 GMT",
        ] {
            #expect(HTTPDate(text) == nil)
        }
    }
}
