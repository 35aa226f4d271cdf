import Crypto
import Glibc
import LinuxSystem
import Testing

@testable import Checks

/// What real programs write, read.
@Suite struct ProgramOutputTests {
    private static let handshake = """
        CONNECTED(00000003)
        ---
        Certificate chain
        ---
        subject=O = netlab, CN = web.example
        issuer=O = netlab, CN = netlab lab authority
        ---
        New, TLSv1.3, Cipher is TLS_AES_256_GCM_SHA384
        Verify return code: 0 (ok)
        ---
        DONE
        """

    @Test func aHandshakeThatHolds() throws {
        let certificate = try #require(ServerCertificate(Self.handshake))
        #expect(certificate.version == "TLSv1.3")
        #expect(certificate.subject == "O = netlab, CN = web.example")
        #expect(certificate.issuer == "O = netlab, CN = netlab lab authority")
        #expect(certificate.isVerified)
        #expect(certificate.sentence.hasSuffix("verified"))
    }

    @Test func aCertificateOfAnotherName() throws {
        let output = Self.handshake.replacing("0 (ok)", with: "62 (hostname mismatch)")
        let certificate = try #require(ServerCertificate(output))
        #expect(!certificate.isVerified)
        #expect(certificate.sentence.hasSuffix("NOT verified: 62 (hostname mismatch)"))
    }

    @Test func noHandshake() {
        let refused = """
            40A7D1:error:8000006F:system library:BIO_connect:Connection refused:../crypto/bio/bio_sock2.c:125:calling connect()
            connect:errno=111
            """
        #expect(ServerCertificate(refused) == nil)
        #expect(ServerCertificate.reason(refused) == "Connection refused")
        let plain = Self.handshake.replacing(
            "New, TLSv1.3, Cipher is TLS_AES_256_GCM_SHA384", with: "New, (NONE), Cipher is (NONE)")
        #expect(ServerCertificate(plain) == nil)
        #expect(ServerCertificate.reason("") == "no word from openssl")
    }

    @Test func digestsAreComputedAnew() throws {
        let folder = "/tmp/netlab-image-\(getpid())"
        try Files.makeFolder(folder)
        defer { try? Files.removeTree(folder) }
        let names = try ["layer", "config"].map { content in
            let name = SHA256.hash(data: Array(content.utf8)).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
                .joined()
            try Files.write(content, to: "\(folder)/\(name)")
            return name
        }
        try Files.write(
            """
            {"schemaVersion":2,"config":{"digest":"sha256:\(names[1])","size":6},
             "layers":[{"digest":"sha256:\(names[0])","size":5}]}
            """, to: "\(folder)/manifest.json")
        let whole = try PulledImage(folder)
        #expect(whole.wrong.isEmpty)
        #expect(whole.sentence(of: "hello").contains("2 blobs, 11 bytes, every digest matches"))
        try Files.write("Layer", to: "\(folder)/\(names[0])")
        #expect(try PulledImage(folder).wrong == ["sha256:\(names[0])"])
    }

    @Test func ratiosHaveTwoDecimals() {
        #expect(PathComparison.rounded(0.806) == "0.81")
        #expect(PathComparison.rounded(1) == "1.00")
        #expect(PathComparison.rounded(12.04) == "12.04")
    }
}
